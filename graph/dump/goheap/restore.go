package goheap

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// The columns of a detail besides those of its Typer.
const (
	batchColumn = "batches"
	biasColumn  = "bias" // of the executable
)

// State implements graph.Restorer.
func (d *detail) State() graph.Columns {
	c := d.typer.State()
	c[batchColumn] = [][]byte{graph.Pack(d.heap.batches)}
	if d.exe != nil {
		c[biasColumn] = [][]byte{graph.Pack([]uint64{d.exe.Bias()})}
	}
	return c
}

// Restore makes the Detailer of a graph that Read made of the same dump before,
// of the state of that one's. It does not read the dump, and fails like Read.
func Restore(ctx context.Context, src *source.Source, g *graph.Graph, state func(column string) []byte) (graph.Detailer, error) {
	d := &detail{src: src, heap: &heap{}, g: g}
	if path := src.Options.Exe; path != "" {
		exe, err := gotype.Open(ctx, path)
		if err != nil {
			return nil, err
		}
		src.Keep(exe)
		if bias, err := graph.Unpack[uint64](state(biasColumn)); err == nil && len(bias) == 1 {
			exe.Rebase(bias[0])
		}
		d.exe = exe
	}
	var err error
	if d.heap.batches, err = graph.Unpack[batch](state(batchColumn)); err != nil {
		return nil, err
	}
	if n := d.heap.number(); n != g.Len() {
		return nil, fmt.Errorf("%d objects are known of a dump with %d", n, g.Len())
	}
	if d.typer, err = gotype.RestoreTyper(d.exe, g, state); err != nil {
		return nil, err
	}
	d.typer.Content = d.content
	return d, nil
}

// number fills in the first objects of the batches and returns how many objects
// there are.
func (h *heap) number() int {
	h.first = make([]graph.NodeID, 0, len(h.batches)+1)
	n := 0
	for i := range h.batches {
		h.first = append(h.first, graph.NodeID(n))
		n += bits.OnesCount64(h.batches[i].mask)
	}
	h.first = append(h.first, graph.NodeID(n))
	return n
}
