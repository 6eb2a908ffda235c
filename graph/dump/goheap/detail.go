package goheap

import (
	"bytes"
	"hash/maphash"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// detail is the graph's Detailer.
type detail struct {
	src   *source.Source
	heap  *heap
	exe   *gotype.Exe // nil if there is none
	g     *graph.Graph
	typer *gotype.Typer
}

// content returns the bytes of an object from its address on, or nil.
func (d *detail) content(n graph.NodeID) []byte {
	i := d.heap.batchOf(n)
	t := &d.heap.batches[i]
	pos, ok := d.record(t, int(n-d.heap.first[i]))
	if !ok {
		return nil
	}
	head := int(t.header())
	b, err := d.src.Slice(pos+int64(t.headerLen()+head), int(t.size)-head)
	if err != nil {
		return nil
	}
	return b
}

// ContentHash implements graph.Hasher, of objects without pointers: strings and
// buffers.
func (d *detail) ContentHash(n graph.NodeID) (hash uint64, ok bool) {
	if d.heap.batches[d.heap.batchOf(n)].pointers() {
		return 0, false
	}
	b := d.content(n)
	if len(bytes.Trim(b, "\x00")) == 0 {
		return 0, false // a buffer that nobody has written to is no copy
	}
	return maphash.Bytes(seed, b), len(b) > 0
}

// seed is the same for all objects that are compared.
var seed = maphash.MakeSeed()

// record returns the position of the k-th record of a batch: records of objects
// without pointers have one length, others must be walked.
func (d *detail) record(t *batch, k int) (pos int64, ok bool) {
	fixed := int64(t.headerLen()) + int64(t.size)
	if !t.pointers() {
		return t.pos + int64(k)*(fixed+1), true
	}
	if k == 0 {
		return t.pos, true
	}
	b, err := d.src.Slice(t.pos, int(t.bytes))
	if err != nil {
		return 0, false
	}
	at := int64(0)
	for range k {
		at += fixed
		n := 0
		if at < int64(len(b)) {
			n, _ = fieldsEnd(b[at:], t.size)
		}
		if n == 0 {
			return 0, false
		}
		at += int64(n)
	}
	return t.pos + at, true
}

// RefName implements graph.Detailer.
func (d *detail) RefName(n graph.NodeID, i int, values bool) string {
	return d.typer.RefName(n, i, values)
}

// Fields implements graph.Detailer.
func (d *detail) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	return d.typer.Fields(n, values, limit)
}

// Describe implements graph.Detailer.
func (d *detail) Describe(n graph.NodeID, values bool) string {
	return d.typer.Describe(n, values)
}
