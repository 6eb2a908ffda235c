package goheap

import (
	"fmt"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// rows finds the references of all objects, and tells the typer what it sees
// on the way.
type rows struct {
	src   *source.Source
	heap  *heap
	b     *graph.Builder
	typer *gotype.Typer
	claim claims
	pool  sync.Pool // *rowReader
}

// claims tells which words may be worth showing to the typer.
type claims struct {
	text  gotype.Range // code: the first word of a function value
	image gotype.Range // the whole executable: types and itabs
	itabs gotype.Range // itabs made at run time
}

func (c *claims) isType(w uint64) bool { return c.image.Contains(w) || c.itabs.Contains(w) }

// rowReader is one worker's memory.
type rowReader struct {
	window
	fields  fieldList
	typeFor typeKey
	typeID  graph.TypeID
}

// typeKey is what the name of an untyped object is made of.
type typeKey struct {
	size     uint64
	pointers int
}

// fill writes the rows of the objects [lo, hi).
func (r *rows) fill(w *graph.RowWriter, lo, hi graph.NodeID) error {
	rd, _ := r.pool.Get().(*rowReader)
	if rd == nil {
		rd = &rowReader{window: window{src: r.src}}
	}
	defer r.pool.Put(rd)
	n := lo
	for i := r.heap.batchOf(lo); n < hi; i++ {
		t := &r.heap.batches[i]
		skip := int(n - r.heap.first[i])
		count := int(min(r.heap.first[i+1], hi) - n)
		if !t.pointers() {
			r.leaves(w, rd, t, n, count)
		} else if err := r.batch(w, rd, i, n, skip, count); err != nil {
			return err
		}
		n += graph.NodeID(count)
	}
	return nil
}

// leaves writes the rows of objects without pointers. Their records need not
// be read.
func (r *rows) leaves(w *graph.RowWriter, rd *rowReader, t *batch, n graph.NodeID, count int) {
	id := r.sizeType(rd, t.size, 0)
	for range count {
		r.b.SetType(n, id, graph.TypeSizeClass)
		w.Next()
		n++
	}
}

func (r *rows) sizeType(rd *rowReader, size uint64, pointers int) graph.TypeID {
	if k := (typeKey{size, pointers}); rd.typeFor != k {
		rd.typeFor, rd.typeID = k, r.typer.SizeType(size, pointers)
	}
	return rd.typeID
}

// batch writes the rows of count objects of batch i, of which the first skip
// ones belong to another range.
func (r *rows) batch(w *graph.RowWriter, rd *rowReader, i int, n graph.NodeID, skip, count int) error {
	t := &r.heap.batches[i]
	if t.bytes > maxWhole {
		return r.large(w, rd, t, n)
	}
	b, err := r.records(rd, i)
	if err != nil {
		return err
	}
	head := t.header()
	at := 0
	recordHead := t.headerLen()
	for k := range skip + count {
		body := at + recordHead
		fields := body + int(t.size)
		if fields >= len(b) {
			return r.changed(t)
		}
		size := rd.fields.decode(b[fields:], t.size)
		if size == 0 {
			return r.changed(t)
		}
		if k >= skip {
			r.object(w, rd, n, b[body:fields], head)
			n++
		}
		at = fields + size
	}
	return nil
}

// changed is the error for a file that is not what it was when its objects were
// counted.
func (r *rows) changed(t *batch) error {
	return r.src.Errorf(t.pos, "the objects from 0x%x differ from what was read before: the file changed", t.addr)
}

// object writes one row: the pointers of the contents of a slot whose object
// starts after head bytes. The pointers are at rd.fields.
func (r *rows) object(w *graph.RowWriter, rd *rowReader, n graph.NodeID, body []byte, head uint64) {
	r.b.SetType(n, r.sizeType(rd, uint64(len(body)), len(rd.fields.words)), graph.TypeSizeClass)
	if head > 0 {
		r.typer.Header(n, word(body, 0))
	}
	if pc := word(body, int(head)); r.claim.text.Contains(pc) {
		r.typer.Closure(n, pc)
	}
	for _, i := range rd.fields.words {
		p := word(body, int(i)*8)
		if p == 0 {
			continue
		}
		r.pointer(w, body, int(i), -int64(head/8), p)
	}
	w.Next()
}

// large is object for one that is too large to be read at once.
func (r *rows) large(w *graph.RowWriter, rd *rowReader, t *batch, n graph.NodeID) error {
	var (
		body  = t.pos + int64(t.headerLen())
		list  = cursor{w: &window{src: r.src}, pos: body + int64(t.size)}
		count int
	)
	list.fields(func(off uint64) {
		count++
		from := max(off, 8) - 8
		if off%8 != 0 || off >= t.size {
			list.fail(r.changed(t))
			return
		}
		b, err := rd.at(body+int64(from), 16)
		if err != nil {
			list.fail(err)
			return
		}
		if p := word(b, int(off-from)); p != 0 {
			r.pointer(w, b, int(off-from)/8, int64(from/8), p)
		}
	})
	r.b.SetType(n, r.sizeType(rd, t.size, count), graph.TypeSizeClass)
	w.Next()
	return list.err
}

// pointer writes the reference of word i of b, if it is one. The label counts
// from the object's start, which is base words before b.
func (r *rows) pointer(w *graph.RowWriter, b []byte, i int, base int64, p uint64) {
	to, interior, ok := r.heap.find(p, r.b.Graph())
	if !ok {
		return
	}
	w.Add(to, gotype.SlotLabel(uint64(int64(i)+base), interior))
	if i == 0 || int64(i)+base == 0 {
		return // nothing, or the malloc header, is before it
	}
	prev := word(b, (i-1)*8)
	switch {
	case !r.claim.isType(prev):
	case interior:
		r.typer.HintInside(to, prev)
	default:
		r.typer.Hint(to, prev)
	}
}

// find returns the object that a pointer leads to, also into its inside.
func (h *heap) find(p uint64, g *graph.Graph) (n graph.NodeID, interior, ok bool) {
	if n, ok = h.index.Lookup(p); ok {
		return n, false, true
	}
	n, start, ok := h.index.Floor(p)
	if !ok || p-start >= g.Size(n) {
		return 0, false, false
	}
	return n, true, true
}

// maxWhole is the longest batch whose records are read at once. Only a single
// object can be longer.
const maxWhole = 4 << 20

// records returns the records of batch i. It reads the records of following
// batches with them if they follow in the dump too.
func (r *rows) records(rd *rowReader, i int) ([]byte, error) {
	t := &r.heap.batches[i]
	if off := t.pos - rd.base; off < 0 || off+int64(t.bytes) > int64(rd.n) {
		end := t.pos + int64(t.bytes)
		for j := i + 1; j < len(r.heap.batches) && j < i+maxTogether; j++ {
			next := &r.heap.batches[j]
			if next.pos < end || next.pos > end+maxGap || next.pos+int64(next.bytes)-t.pos > windowSize {
				break
			}
			end = next.pos + int64(next.bytes)
		}
		if _, err := rd.exactly(t.pos, int(end-t.pos)); err != nil {
			return nil, fmt.Errorf("reading objects again: %w", err)
		}
	}
	return rd.buf[t.pos-rd.base:][:t.bytes], nil
}

const (
	// maxGap is how much that is not needed is read rather than reading twice.
	maxGap = 4096
	// maxTogether bounds the search for batches to read together.
	maxTogether = 4096
)
