package source

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// HeadLen is how many bytes a format sees to recognise its files.
const HeadLen = 4096

// maxWindow is the largest window of a zstd stream, which is kept in memory: that
// of zstd -22, and what zstd itself takes without being told.
const maxWindow = 128 << 20

var (
	gzipMagic = []byte{0x1f, 0x8b, 8}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// Plain returns the bytes of a dump in a form that can be read in any order: src
// itself if it is a plain file, and otherwise what is inside its gzip or zstd, or
// what comes out of the pipe, spooled; it then closes src. look is shown the first
// HeadLen plain bytes (all, if there are fewer) before anything is spooled, and
// ends it with its error.
//
// A compressed file that is cut short yields what came before the cut, and Cut
// says so: the format's reader knows best what that is worth. One that is larger
// than Options.MaxSpool is a *LimitError.
func Plain(ctx context.Context, src *Source, look func(head []byte) error) (*Source, error) {
	m := &meter{ctx: ctx, src: src, r: src.stream}
	if src.stream == nil {
		head, err := src.Slice(0, int(min(HeadLen, src.Size)))
		if err != nil {
			return nil, err
		}
		if !compressed(head) {
			return src, look(head)
		}
		if n := blockSize(head); n > 0 {
			if out := openBlocks(src, n); out != nil && out.Size > spoolMemory { // less is kept as a whole
				return shown(out, look)
			}
		}
		m.r = src.Reader(0)
	}
	out, err := unpack(src, bufio.NewReaderSize(m, 1<<16), look)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		if out != nil {
			out.Close()
		}
		return nil, err
	}
	return out, src.Close()
}

// shown shows the first plain bytes of a Source that needs no unpacking.
func shown(out *Source, look func(head []byte) error) (*Source, error) {
	head, err := out.Slice(0, int(min(HeadLen, out.Size)))
	if err == nil {
		err = look(head)
	}
	if err != nil {
		return nil, err // the caller closes the file
	}
	return out, nil
}

func compressed(head []byte) bool {
	return bytes.HasPrefix(head, gzipMagic) || bytes.HasPrefix(head, zstdMagic)
}

// unpack decompresses and spools what raw gives.
func unpack(src *Source, raw *bufio.Reader, look func(head []byte) error) (*Source, error) {
	magic, _ := raw.Peek(len(zstdMagic)) // what is wrong is read again
	var r io.Reader = raw
	switch {
	case bytes.HasPrefix(magic, gzipMagic):
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, &SyntaxError{File: src.Name, What: "damaged gzip header", Err: err}
		}
		r = z
	case bytes.HasPrefix(magic, zstdMagic):
		z, err := zstd.NewReader(raw, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, &SyntaxError{File: src.Name, What: "damaged zstd header", Err: err}
		}
		defer z.Close()
		r = z
	}
	head := make([]byte, HeadLen)
	n, err := io.ReadFull(r, head)
	if head = head[:n]; n == 0 && err != io.EOF {
		return nil, &SyntaxError{File: src.Name, What: "damaged compressed data", Err: err}
	}
	if err := look(head); err != nil {
		return nil, err
	}
	return spool(src, io.MultiReader(bytes.NewReader(head), r))
}

// meter reports the bytes read and stops when the context ends.
type meter struct {
	ctx  context.Context
	src  *Source
	r    io.Reader
	done int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.done += int64(n)
	stage := "decompressing"
	if m.src.stream != nil {
		stage = "reading the pipe"
	}
	if stop := m.src.Report(m.ctx, stage, m.done, m.src.Size); stop != nil {
		return n, stop
	}
	return n, err
}
