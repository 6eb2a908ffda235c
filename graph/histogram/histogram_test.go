package histogram_test

import (
	"math/rand/v2"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/histogram"
)

func TestCountEqualsANaiveCount(t *testing.T) {
	for seed := range uint64(200) {
		g := graphtest.Random(rand.New(rand.NewPCG(seed, 3)))
		odd := func(n graph.NodeID) bool { return n%2 == 1 }
		h, err := histogram.Count(t.Context(), g, odd)
		if err != nil {
			t.Fatal(err)
		}
		count, bytes := map[string]int{}, map[string]uint64{}
		for n := range graph.NodeID(g.Len()) {
			if odd(n) {
				count[g.TypeName(n)]++
				bytes[g.TypeName(n)] += g.Size(n)
			}
		}
		if len(h.Rows) != len(count) {
			t.Fatalf("seed %d: %d types, want %d", seed, len(h.Rows), len(count))
		}
		rows := h.Top(histogram.ByShallow, 0)
		for i, r := range rows {
			if r.Count != count[r.Name] || r.Shallow != bytes[r.Name] {
				t.Fatalf("seed %d: %+v, want %d objects of %d B", seed, r, count[r.Name], bytes[r.Name])
			}
			if i > 0 && r.Shallow > rows[i-1].Shallow {
				t.Fatalf("seed %d: not sorted", seed)
			}
		}
	}
}
