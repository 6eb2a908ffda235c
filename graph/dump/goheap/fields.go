package goheap

import (
	"bytes"
	"encoding/binary"
)

// Kinds of fields in a field list. Since Go 1.4 the writer only writes
// pointers; the other two are read as what they are made of.
const (
	fieldEnd   = 0
	fieldPtr   = 1
	fieldIface = 2
	fieldEface = 3
)

// fieldsEnd returns the length of the field list at the start of b for an
// object of size bytes, and how many fields it has. n is 0 if the list is
// damaged or longer than b.
func fieldsEnd(b []byte, size uint64) (n, count int) {
	for {
		if n >= len(b) {
			return 0, 0
		}
		kind := b[n]
		n++
		if kind == fieldEnd {
			return n, count
		}
		off, k := uvarint(b[n:])
		if kind > fieldEface || k == 0 || off >= size || off%8 != 0 {
			return 0, 0
		}
		n += k
		count++
	}
}

// fieldList is a decoded field list. Objects with the same list follow each
// other, so decoding it again is mostly a comparison of bytes.
type fieldList struct {
	raw   []byte
	first uint64 // the first 8 bytes of raw
	mask  uint64 // of those that raw has
	words []uint32
}

// same reports whether b starts with this very list.
func (f *fieldList) same(b []byte) bool {
	if len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&f.mask != f.first {
			return false
		}
		if len(f.raw) <= 8 {
			return len(f.raw) > 0
		}
	}
	return len(f.raw) > 0 && bytes.HasPrefix(b, f.raw)
}

// set remembers a list of n bytes without decoding it.
func (f *fieldList) set(b []byte, n int) {
	f.raw = append(f.raw[:0], b[:n]...)
	var first [8]byte
	copy(first[:], f.raw)
	f.first = binary.LittleEndian.Uint64(first[:])
	f.mask = ^uint64(0)
	if n < 8 {
		f.mask = 1<<(8*n) - 1
	}
}

// decode decodes the list at the start of b for an object of size bytes: the
// numbers of the words that hold pointers. It returns the length, 0 if the
// list is damaged.
func (f *fieldList) decode(b []byte, size uint64) int {
	if f.same(b) {
		return len(f.raw)
	}
	n, _ := fieldsEnd(b, size)
	if n == 0 {
		f.raw, f.mask, f.first = f.raw[:0], 0, 0
		return 0
	}
	f.set(b, n)
	f.words = f.words[:0]
	for i := 0; b[i] != fieldEnd; {
		kind := b[i]
		off, k := uvarint(b[i+1:])
		i += 1 + k
		w := uint32(off / 8)
		if kind == fieldIface || kind == fieldEface {
			w++ // the data word
		}
		if uint64(w) < size/8 {
			f.words = append(f.words, w)
		}
	}
	return n
}
