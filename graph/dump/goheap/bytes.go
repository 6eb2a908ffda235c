package goheap

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// maxVarint is the most bytes of a varint.
const maxVarint = binary.MaxVarintLen64

// uvarint decodes the varint at the start of b, without a branch for each byte
// where it can: this is the innermost step of reading object records. It
// returns 0 bytes if b ends within the varint or the varint is too long.
func uvarint(b []byte) (v uint64, n int) {
	if len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		if x&0x80 == 0 {
			return x & 0x7f, 1
		}
		if stop := ^x & 0x8080808080808080; stop != 0 {
			x &= stop ^ (stop - 1)
			x &= 0x7f7f7f7f7f7f7f7f
			x = x&0x007f007f007f007f | x&0x7f007f007f007f00>>1
			x = x&0x00003fff00003fff | x&0x3fff00003fff0000>>2
			x = x&0x000000000fffffff | x&0x0fffffff00000000>>4
			return x, bits.TrailingZeros64(stop)>>3 + 1
		}
	}
	if v, n = binary.Uvarint(b); n < 0 {
		n = 0
	}
	return v, n
}

// word returns the 8 bytes at off as the program's word.
func word(b []byte, off int) uint64 { return binary.LittleEndian.Uint64(b[off:]) }

// window reads a dump through a buffer that moves over it. Reading is faster
// than touching the mapped file for a pass over everything (the copy stays in
// the core's own cache, page faults do not), and leaves no pages behind.
// It belongs to one goroutine.
type window struct {
	src  *source.Source
	buf  []byte
	base int64 // position of buf[0]
	n    int   // valid bytes of buf
}

// windowSize is how much is read at a time: it fits the second-level cache.
const windowSize = 256 << 10

// at returns the bytes of the dump from off on: at least n of them, which must
// have been checked against the dump's size. Near the dump's end it returns
// what there is. The bytes are valid until the next call.
func (w *window) at(off int64, n int) ([]byte, error) {
	if i := off - w.base; i >= 0 && i <= int64(w.n) && (w.n-int(i) >= n || w.base+int64(w.n) == w.src.Size) {
		return w.buf[i:w.n], nil
	}
	return w.read(off, max(n, windowSize))
}

// exactly returns the bytes [off, off+n) of the dump and reads no more.
func (w *window) exactly(off int64, n int) ([]byte, error) {
	if i := off - w.base; i >= 0 && i+int64(n) <= int64(w.n) {
		return w.buf[i : int(i)+n], nil
	}
	return w.read(off, n)
}

func (w *window) read(off int64, n int) ([]byte, error) {
	n = int(max(0, min(int64(n), w.src.Size-off)))
	if n > len(w.buf) {
		w.buf = make([]byte, max(n, int(min(windowSize, w.src.Size))))
	}
	k, err := w.src.ReadAt(w.buf[:n], off)
	if err != nil && !(errors.Is(err, io.EOF) && k == n) {
		w.n = 0
		return nil, err
	}
	w.base, w.n = off, n
	return w.buf[:n], nil
}
