package goheap

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// detail is the graph's Detailer.
type detail struct {
	src   *source.Source
	heap  *heap
	g     *graph.Graph
	typer *gotype.Typer
	Sites Sites
}

// content returns the bytes of an object from its address on, or nil.
func (d *detail) content(n graph.NodeID) []byte {
	t := &d.heap.batches[d.heap.batchOf(n)]
	head := int(t.header())
	b, err := d.src.Slice(d.g.Record(n)+int64(t.headerLen()+head), int(t.size)-head)
	if err != nil {
		return nil
	}
	return b
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
