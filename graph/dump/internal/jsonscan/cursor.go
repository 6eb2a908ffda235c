// Package jsonscan goes through large JSON files a window at a time, without keeping
// anything of them.
package jsonscan

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

// Cursor goes through the JSON of a file once, a window at a time.
type Cursor struct {
	ctx context.Context
	src *source.Source
	off int64 // of p in the file
	p   []byte
	i   int
	err error // of the context or of reading

	quiet bool // a short look: small windows and no progress
}

// Pos is the position in the file.
func (c *Cursor) Pos() int64 { return c.off + int64(c.i) }

// New makes a cursor at the start of a file, which reports progress.
func New(ctx context.Context, src *source.Source) *Cursor { return &Cursor{ctx: ctx, src: src} }

// Glance makes a cursor for a short look at a position.
func Glance(src *source.Source, off int64) *Cursor { return &Cursor{src: src, quiet: true, off: off} }

// Err is why the cursor stopped before the end of the file: the context's error or
// that of reading; nil if it did not.
func (c *Cursor) Err() error { return c.err }

// Window is what can be seen of the file from the position on; More makes it longer
// than nothing. It is good until the next call that moves the cursor.
func (c *Cursor) Window() []byte { return c.p[c.i:] }

// Skip moves on by n bytes of the window.
func (c *Cursor) Skip(n int) { c.i += n }

// fill moves on to the next window; false at the end of the file.
func (c *Cursor) fill() bool {
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
	end, _ := c.src.Hole(c.off) // as at the end of the file
	c.p, c.err = c.src.Slice(c.off, int(max(0, min(size, end-c.off))))
	return c.err == nil && len(c.p) > 0
}

// More makes sure that there is a byte in the window; false at the end of the file.
func (c *Cursor) More() bool { return c.i < len(c.p) || c.fill() }

// Peek skips white space and returns the next byte; 0 at the end of the file.
func (c *Cursor) Peek() byte {
	for c.More() {
		if b := c.p[c.i]; !Space(b) {
			return b
		}
		c.i++
	}
	return 0
}

// Space reports whether a byte is white space in JSON.
func Space(b byte) bool { return b == ' ' || b == '\n' || b == '\r' || b == '\t' }

// Take skips white space and the byte b, if it is the next.
func (c *Cursor) Take(b byte) bool {
	if c.Peek() != b {
		return false
	}
	c.i++
	return true
}

// SkipString goes behind the string whose opening quote was just read. ok is false if
// the file ends within it. text is its bytes as they are in the file, if keep is
// More than their number and they are wanted.
func (c *Cursor) SkipString(keep int) (text []byte, ok bool) {
	escaped := false // the window before ended within an escape
	for c.More() {
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

// SkipValue goes behind a value of any kind; false if the file ends within it or
// it is no value.
func (c *Cursor) SkipValue() bool {
	depth := 0
	for {
		switch b := c.Peek(); b {
		case 0:
			return false
		case '"':
			c.i++
			if _, ok := c.SkipString(0); !ok {
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
			for c.More() && !delimiter(c.p[c.i]) {
				c.i++
			}
		}
		if depth == 0 {
			return true
		}
	}
}

func delimiter(b byte) bool {
	return Space(b) || b == ',' || b == ']' || b == '}' || b == ':' || b == '"' || b == '[' || b == '{'
}
