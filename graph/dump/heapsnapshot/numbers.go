package heapsnapshot

import (
	"bytes"
	"context"
	"io"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/jsonscan"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// numbers is an array of numbers in the file. It can be read from any chunk on,
// because it is known how many commas come before each.
type numbers struct {
	src    *source.Source
	start  int64 // behind the bracket
	end    int64 // of the closing bracket, or of the file
	chunks []chunk
	count  int64 // numbers
}

// chunk is a part of an array.
type chunk struct {
	off    int64 // in the file
	before int64 // commas of the array before off
}

// scanNumbers finds the end of the array whose opening bracket was just read. Only
// numbers, commas and white space are looked for when it is read. closed is false
// if the file ends first.
func scanNumbers(c *jsonscan.Cursor, src *source.Source) (n *numbers, closed bool) {
	n = &numbers{src: src, start: c.Pos()}
	for !closed && c.More() {
		part := c.Window()
		end := bytes.IndexByte(part, ']')
		closed = end >= 0
		if !closed {
			end = len(part)
		}
		n.chunks = append(n.chunks, chunk{c.Pos(), n.count})
		n.count += int64(bytes.Count(part[:end], []byte{','}))
		c.Skip(end)
	}
	n.end = c.Pos()
	if closed {
		c.Skip(1)
	}
	if n.count > 0 || n.end-n.start > 64 || !blank(n) {
		n.count++ // one more than commas
	}
	return n, closed
}

// blank reports whether a short array has nothing in it.
func blank(n *numbers) bool {
	p, err := n.src.Slice(n.start, int(n.end-n.start))
	return err == nil && len(bytes.TrimSpace(p)) == 0
}

// records calls do for chunks of the array, several at once, with a reader of the
// records of width numbers that start in the chunk.
func (n *numbers) records(ctx context.Context, workers, width int, stage string, do func(c int, r *records) error) error {
	return graph.Parallel(ctx, len(n.chunks), workers, func(i int) error {
		r := n.chunk(i, width)
		if err := n.src.Report(ctx, stage, r.off, n.end); err != nil {
			return err
		}
		if err := do(i, r); err != nil {
			return err
		}
		n.src.Release(n.chunks[i].off, n.chunkEnd(i)-n.chunks[i].off)
		return nil
	})
}

func (n *numbers) chunkEnd(i int) int64 {
	if i+1 < len(n.chunks) {
		return n.chunks[i+1].off
	}
	return n.end
}

// chunk makes the reader of the records that start in a chunk.
func (n *numbers) chunk(i, width int) *records {
	at, w := n.chunks[i], int64(width)
	r := &records{n: n, width: width, off: at.off, last: n.chunkEnd(i)}
	skip := int64(0)
	if i > 0 {
		r.index = at.before/w + 1 // the first record that starts behind a comma of this chunk
		skip = r.index*w - at.before
	}
	for ; skip > 0; skip-- {
		if r.i = r.comma(); r.i < 0 {
			r.last = 0 // none starts here
			return r
		}
	}
	return r
}

// from makes a reader of the records from a position in the file on.
func (n *numbers) from(off int64, width int) *records {
	return &records{n: n, width: width, off: off, last: n.end}
}

// records reads records one after the other.
type records struct {
	n     *numbers
	width int
	index int64 // of the next record, where it is known
	off   int64 // of p in the file
	last  int64 // the end of the chunk
	p     []byte
	i     int
	err   error
	v     [maxFields]uint64
}

// margin is read behind a chunk, for its last record.
const margin = 4096

// load makes p reach further, from i on; false at the end of the array.
func (r *records) load() bool {
	at := r.off + int64(r.i)
	size := max(int64(2*(len(r.p)-r.i)), min(window, r.last-at)+margin)
	size = min(size, r.n.end-at)
	if size <= int64(len(r.p)-r.i) {
		return false
	}
	p, err := r.n.src.Slice(at, int(size))
	if err != nil {
		r.err = err
		return false
	}
	r.off, r.p, r.i = at, p, 0
	return true
}

// comma returns the position behind the next comma of the chunk, or -1.
func (r *records) comma() int {
	for {
		k := bytes.IndexByte(r.p[r.i:], ',')
		if k >= 0 && r.off+int64(r.i+k) < r.last {
			return r.i + k + 1
		}
		if k >= 0 {
			return -1
		}
		r.i = len(r.p)
		if r.off+int64(r.i) >= r.last || !r.load() {
			return -1
		}
	}
}

// pos is the position in the file of the next record.
func (r *records) pos() int64 { return r.off + int64(r.i) }

// next reads a record into v; false behind the last one that starts in the chunk, or
// with err set.
func (r *records) next() bool {
	if r.pos() > r.last || r.pos() >= r.n.end || r.err != nil {
		return false
	}
	for {
		end, ok := scan(r.p, r.i, r.v[:r.width], r.off+int64(len(r.p)) == r.n.end)
		if ok {
			r.i = end
			r.index++
			return true
		}
		if end >= 0 {
			if r.n.unclosed(r.off + int64(end)) {
				r.err = io.ErrUnexpectedEOF
				return false
			}
			r.err = r.n.src.Errorf(r.off+int64(end), "not a number of an array of numbers")
			return false
		}
		if !r.load() {
			if r.err == nil {
				r.err = io.ErrUnexpectedEOF
			}
			return false
		}
	}
}

// unclosed reports whether an offset is the end of the array.
func (n *numbers) unclosed(off int64) bool { return off >= n.end }

// window is how many bytes of an array are read at a time.
const window = 1 << 20

// maxDigits is that of 2^64-1, which Julia writes for places that it does not know.
const maxDigits = 20

// scan reads numbers with commas between and behind them. It returns the position
// behind them and true; the position of what is no number and false; or -1 if p ends
// too early. whole says that the array ends with p.
func scan(p []byte, i int, out []uint64, whole bool) (int, bool) {
	for f := range out {
		for i < len(p) && p[i]-'0' > 9 {
			if !jsonscan.Space(p[i]) {
				return i, false
			}
			i++
		}
		if i >= len(p) {
			if whole {
				return i, false
			}
			return -1, false
		}
		v := uint64(p[i] - '0')
		first := i
		for i++; i < len(p); i++ {
			d := p[i] - '0'
			if d > 9 {
				break
			}
			v = v*10 + uint64(d)
		}
		if i-first > maxDigits {
			return first, false
		}
		out[f] = v
		for i < len(p) && p[i] != ',' {
			if !jsonscan.Space(p[i]) {
				return i, false
			}
			i++
		}
		if i < len(p) {
			i++
		} else if !whole {
			return -1, false
		}
	}
	return i, true
}
