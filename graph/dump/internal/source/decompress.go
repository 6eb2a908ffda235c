package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// spoolMemory is how much of a decompressed dump is kept in memory; a larger
// one goes to a temporary file, which costs disk instead.
const spoolMemory = 64 << 20

var (
	gzipMagic = []byte{0x1f, 0x8b, 8}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// Decompress returns src itself if it is neither gzip nor zstd, and otherwise
// its decompressed bytes, spooled because readers need them in any order. It
// then closes src. A compressed file that is cut short yields what came before
// the cut: the format's reader knows best what that is worth.
func Decompress(ctx context.Context, src *Source) (*Source, error) {
	head, err := src.Slice(0, int(min(4, src.Size)))
	if err != nil {
		return nil, err
	}
	raw := &meter{ctx: ctx, src: src, r: src.Reader(0)}
	var r io.Reader
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, &SyntaxError{File: src.Name, What: "damaged gzip header", Err: err}
		}
		r = z
	case bytes.HasPrefix(head, zstdMagic):
		z, err := zstd.NewReader(raw, zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return nil, &SyntaxError{File: src.Name, What: "damaged zstd header", Err: err}
		}
		defer z.Close()
		r = z
	default:
		return src, nil
	}
	out, err := spool(src, r)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return out, src.Close()
}

// spool reads r to its end, or to where it is damaged.
func spool(src *Source, r io.Reader) (*Source, error) {
	var mem bytes.Buffer
	_, readErr := io.CopyN(&mem, r, spoolMemory)
	var out *Source
	if readErr == nil { // there is more than fits
		f, err := os.CreateTemp("", "refgraph-*.dump")
		if err != nil {
			return nil, err
		}
		if out, readErr, err = spoolFile(f, &mem, r, src.Options); err != nil {
			f.Close()
			os.Remove(f.Name())
			return nil, err
		}
	} else {
		out = FromBytes(src.Name, mem.Bytes(), src.Options)
	}
	if readErr != nil && readErr != io.EOF && out.Size == 0 {
		return nil, &SyntaxError{File: src.Name, What: "damaged compressed data", Err: readErr}
	}
	out.Name, out.Path, out.ModTime = src.Name, src.Path, src.ModTime
	if readErr != io.EOF {
		out.Cut = readErr
	}
	return out, nil
}

// spoolFile copies mem and the rest of r to f and maps it. A failure to write
// is err, a failure to read readErr.
func spoolFile(f *os.File, mem *bytes.Buffer, r io.Reader, opts Options) (out *Source, readErr, err error) {
	w := &failingWriter{w: f}
	if _, err := mem.WriteTo(w); err != nil {
		return nil, nil, err
	}
	*mem = bytes.Buffer{}
	_, readErr = io.Copy(w, r)
	if w.err != nil {
		return nil, nil, fmt.Errorf("decompress to %s: %w", f.Name(), w.err)
	}
	if readErr == nil {
		readErr = io.EOF
	}
	if out, err = FromFile(f, opts); err != nil {
		return nil, nil, err
	}
	unmap := out.stop
	if os.Remove(f.Name()) == nil { // where open files can be removed nothing is left behind whatever happens
		return out, readErr, nil
	}
	out.stop = func() error {
		err := unmap()
		os.Remove(f.Name())
		return err
	}
	return out, readErr, nil
}

// failingWriter keeps its own error, to tell it from the reader's.
type failingWriter struct {
	w   io.Writer
	err error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.err = err
	return n, err
}

// meter reports the compressed bytes read and stops when the context ends.
type meter struct {
	ctx  context.Context
	src  *Source
	r    io.Reader
	done int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.done += int64(n)
	if stop := m.src.Report(m.ctx, "decompressing", m.done, m.src.Size); stop != nil {
		return n, stop
	}
	return n, err
}
