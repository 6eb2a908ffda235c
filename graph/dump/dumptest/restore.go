package dumptest

import (
	"bytes"
	"context"
	"hash/maphash"
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
		if details(g, d, values, 1) != details(g, g.Detail(), values, 1) {
			t.Errorf("values %v: a restored Detailer says something else", values)
		}
	}
	some := 1 + g.Len()/5000
	for name := range state {
		whole := state[name]
		for _, n := range []int{0, len(whole) / 2, max(0, len(whole)-1)} {
			state[name] = whole[:n]
			if d, err := restore(t.Context(), open(), g, column); err == nil {
				details(g, d, true, some)
			}
		}
		state[name] = whole
	}
}

// seed is that of all hashes of details, which are compared with each other.
var seed = maphash.MakeSeed()

// details is a hash of all that a Detailer says of each step-th object.
func details(g *graph.Graph, d graph.Detailer, values bool, step int) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	number := func(n uint64) { maphash.WriteComparable(&h, n) }
	text := func(s string) { number(uint64(len(s))); _, _ = h.WriteString(s) } // a hash never fails
	for n := graph.NodeID(0); int(n) < g.Len(); n += graph.NodeID(step) {
		fields, total := d.Fields(n, values, 50)
		text(d.Describe(n, values))
		number(uint64(total))
		for _, f := range fields {
			text(f.Name)
			text(f.Type)
			text(f.Value)
			number(uint64(f.Node)<<8 | uint64(f.Kind))
		}
		for i := range g.Row(n) {
			text(d.RefName(n, i, values))
		}
	}
	return h.Sum64()
}
