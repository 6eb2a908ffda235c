package heapsnapshot

import (
	"bytes"
	"context"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// window is how many bytes of the file are looked at at a time.
const (
	window = 1 << 20
	glance = 1 << 13 // to look at a string
)

// cursor goes through the JSON of a file once, a window at a time.
type cursor struct {
	ctx context.Context
	src *source.Source
	off int64 // of p in the file
	p   []byte
	i   int
	err error // of the context or of reading

	quiet bool // a short look: small windows and no progress
}

func (c *cursor) pos() int64 { return c.off + int64(c.i) }

// fill moves on to the next window; false at the end of the file.
func (c *cursor) fill() bool {
	if c.err != nil {
		return false
	}
	size := int64(glance)
	if !c.quiet {
		size = window
		if c.err = c.src.Report(c.ctx, "scanning", c.off, c.src.Size); c.err != nil {
			return false
		}
		c.src.Release(c.off, int64(len(c.p)))
	}
	c.off += int64(len(c.p))
	c.i = 0
	c.p, c.err = c.src.Slice(c.off, int(min(size, c.src.Size-c.off)))
	return c.err == nil && len(c.p) > 0
}

// more makes sure that there is a byte at i.
func (c *cursor) more() bool { return c.i < len(c.p) || c.fill() }

// seek goes to a position of the file.
func (c *cursor) seek(off int64) { c.off, c.p, c.i = off, nil, 0 }

// peek skips white space and returns the next byte; 0 at the end of the file.
func (c *cursor) peek() byte {
	for c.more() {
		if b := c.p[c.i]; !space(b) {
			return b
		}
		c.i++
	}
	return 0
}

func space(b byte) bool { return b == ' ' || b == '\n' || b == '\r' || b == '\t' }

// take skips white space and the byte b, if it is the next.
func (c *cursor) take(b byte) bool {
	if c.peek() != b {
		return false
	}
	c.i++
	return true
}

// skipString goes behind the string whose opening quote was just read. ok is false if
// the file ends within it. text is its bytes as they are in the file, if keep is
// more than their number and they are wanted.
func (c *cursor) skipString(keep int) (text []byte, ok bool) {
	escaped := false // the window before ended within an escape
	for c.more() {
		if escaped {
			c.i++
			escaped = false
			continue
		}
		part := c.p[c.i:]
		end := bytes.IndexByte(part, '"')
		if end < 0 {
			end = len(part)
		}
		slash := bytes.IndexByte(part[:end], '\\')
		stop := end
		if slash >= 0 {
			stop = slash
		}
		if room := keep - len(text); room > 0 {
			text = append(text, part[:min(stop, room)]...)
		}
		c.i += stop
		switch {
		case slash >= 0:
			if len(text) < keep {
				text = append(text, '\\')
				if c.i+1 < len(c.p) {
					text = append(text, c.p[c.i+1])
				}
			}
			c.i += 2
			if c.i > len(c.p) {
				c.i, escaped = len(c.p), true
			}
		case end < len(part):
			c.i++
			return text, true
		}
	}
	return text, false
}

// skipValue goes behind a value of any kind; false if the file ends within it or
// it is no value.
func (c *cursor) skipValue() bool {
	depth := 0
	for {
		switch b := c.peek(); b {
		case 0:
			return false
		case '"':
			c.i++
			if _, ok := c.skipString(0); !ok {
				return false
			}
		case '[', '{':
			depth++
			c.i++
			continue
		case ']', '}':
			if depth == 0 {
				return false
			}
			depth--
			c.i++
		case ',', ':':
			if depth == 0 {
				return false
			}
			c.i++
			continue
		default:
			for c.more() && !delimiter(c.p[c.i]) {
				c.i++
			}
		}
		if depth == 0 {
			return true
		}
	}
}

func delimiter(b byte) bool {
	return space(b) || b == ',' || b == ']' || b == '}' || b == ':' || b == '"' || b == '[' || b == '{'
}
