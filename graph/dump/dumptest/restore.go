package dumptest

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Restore makes a Detailer again of the state of another; see dump.Format.
type Restore func(ctx context.Context, src *source.Source, g *graph.Graph, state func(column string) []byte) (graph.Detailer, error)

// RunRestore checks that a Detailer that is made again says the same of every
// object as the one of the first reading, with values and without, and that damaged
// state is an error at most.
func RunRestore(t *testing.T, path string, read Read, restore Restore, opts source.Options) {
	data := load(t, path)
	open := func() *source.Source { return source.FromBytes("dump", data, opts) }
	g, err := read(t.Context(), open())
	if err != nil {
		t.Fatal(err)
	}
	state := map[string][]byte{}
	if r, ok := g.Detail().(graph.Restorer); ok {
		for column, parts := range r.State() {
			state[column] = bytes.Join(parts, nil)
		}
	}
	column := func(name string) []byte { return state[name] }
	d, err := restore(t.Context(), open(), g, column)
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range []bool{false, true} {
		if details(g, d, values) != details(g, g.Detail(), values) {
			t.Errorf("values %v: a restored Detailer says something else", values)
		}
	}
	for name := range state {
		whole := state[name]
		for _, n := range []int{0, len(whole) / 2, max(0, len(whole)-1)} {
			state[name] = whole[:n]
			if d, err := restore(t.Context(), open(), g, column); err == nil {
				details(g, d, true)
			}
		}
		state[name] = whole
	}
}

// details is a hash of all that a Detailer says.
func details(g *graph.Graph, d graph.Detailer, values bool) uint64 {
	h := fnv.New64a()
	for n := range graph.NodeID(g.Len()) {
		fields, total := d.Fields(n, values, 50)
		fmt.Fprintln(h, d.Describe(n, values), fields, total)
		for i := range g.Row(n) {
			fmt.Fprintln(h, d.RefName(n, i, values))
		}
	}
	return h.Sum64()
}
