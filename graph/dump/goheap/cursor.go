package goheap

import (
	"fmt"
	"io"
)

// cursor reads the small records one value after the other. The first failure
// sticks: later values are zero and err says what went wrong.
type cursor struct {
	w   *window
	pos int64
	err error
}

// maxString is the longest string of a record that is read; names of Go types
// and functions can have some kilobytes.
const maxString = 1 << 20

// extent is a part of the dump.
type extent struct{ pos, n int64 }

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// uint reads a varint.
func (c *cursor) uint() uint64 {
	if c.err != nil {
		return 0
	}
	b, err := c.w.at(c.pos, maxVarint)
	if err != nil {
		c.fail(err)
		return 0
	}
	v, n := uvarint(b)
	if n == 0 {
		if len(b) < maxVarint {
			c.fail(io.ErrUnexpectedEOF)
		} else {
			c.fail(fmt.Errorf("a number of more than 64 bits at offset %d", c.pos))
		}
		return 0
	}
	c.pos += int64(n)
	return v
}

// skip reads a memory range without its contents.
func (c *cursor) skip() extent {
	at := c.pos
	n := c.uint()
	if c.err == nil && n > uint64(c.w.src.Size-c.pos) {
		c.fail(fmt.Errorf("%d bytes announced at offset %d: %w", n, at, io.ErrUnexpectedEOF))
	}
	if c.err != nil {
		return extent{}
	}
	e := extent{c.pos, int64(n)}
	c.pos += e.n
	return e
}

// string reads a string.
func (c *cursor) string() string {
	e := c.skip()
	if c.err == nil && e.n > maxString {
		c.fail(fmt.Errorf("a name of %d bytes at offset %d", e.n, e.pos))
	}
	if c.err != nil || e.n == 0 {
		return ""
	}
	b, err := c.w.at(e.pos, int(e.n))
	if err != nil {
		c.fail(err)
		return ""
	}
	return string(b[:e.n])
}

// fields skips a field list and returns where it is. do, if not nil, is called
// with the offset of each pointer.
func (c *cursor) fields(do func(off uint64)) int64 {
	at := c.pos
	for c.err == nil {
		switch kind := c.uint(); kind {
		case fieldEnd:
			return at
		case fieldPtr, fieldIface, fieldEface:
			off := c.uint()
			if kind != fieldPtr {
				off += 8
			}
			if do != nil && c.err == nil {
				do(off)
			}
		default:
			c.fail(fmt.Errorf("field of unknown kind %d at offset %d", kind, c.pos-1))
		}
	}
	return at
}
