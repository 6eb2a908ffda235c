package hprof

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// window reads a dump through a buffer that moves over it. Reading is faster than
// touching the mapped file for a pass over everything, and leaves no pages behind
// that count as resident. It belongs to one goroutine.
type window struct {
	src   *source.Source
	size  int // how much is read at a time; 0 for windowSize
	buf   []byte
	base  int64 // position of buf[0]
	n     int   // valid bytes of buf
	loads int   // how often the buffer was filled
}

// windowSize is how much is read at a time: it fits the second-level cache.
const windowSize = 256 << 10

// nameWindow is that of the pass over names, which jumps over all else.
const nameWindow = 16 << 10

// at returns the bytes of the dump from off on, at least n of them. It fails with
// io.ErrUnexpectedEOF where the dump has fewer; n is checked before anything is
// allocated. The bytes are valid until the next call.
func (w *window) at(off int64, n int) ([]byte, error) {
	if i := off - w.base; i >= 0 && i+int64(n) <= int64(w.n) {
		return w.buf[i:w.n], nil
	}
	return w.read(off, n)
}

func (w *window) read(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || int64(n) > w.src.Size-off {
		return nil, io.ErrUnexpectedEOF
	}
	size := int64(w.size)
	if size == 0 {
		size = windowSize
	}
	want := int(min(max(int64(n), size), w.src.Size-off))
	if want > len(w.buf) {
		w.buf = make([]byte, want)
	}
	w.n = 0
	k, err := w.src.ReadAt(w.buf[:want], off)
	if k < want && errors.Is(err, io.EOF) {
		return nil, &source.ChangedError{File: w.src.Name, Err: err}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	w.base, w.n = off, want
	w.loads++
	return w.buf[:want], nil
}

// ids reads identifiers of 4 or 8 bytes.
type ids int

// at reads the identifier at the start of b, which is long enough.
func (size ids) at(b []byte) uint64 {
	if size == 8 {
		return binary.BigEndian.Uint64(b)
	}
	return uint64(binary.BigEndian.Uint32(b))
}

func u2(b []byte) int    { return int(binary.BigEndian.Uint16(b)) }
func u4(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
