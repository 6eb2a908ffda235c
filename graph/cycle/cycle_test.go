package cycle

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/graphtest"
)

func findAll(t testing.TB, g *graph.Graph, few int) []Component {
	t.Helper()
	tree, err := dominator.Compute(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	list, err := find(t.Context(), tree, nil, few)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAgainstNaive(t *testing.T) {
	for seed := range uint64(4000) {
		g := graphtest.Random(rand.New(rand.NewPCG(seed, 2)))
		want := naive(g)
		list := findAll(t, g, int(seed%2)*few) // both ways to compute what is retained
		for _, c := range list {
			w, ok := want[c.Nodes[0]]
			if !ok || !slices.Equal(c.Nodes, w.Nodes) || c.Bytes != w.Bytes || c.Retained != w.Retained || c.Reachable != w.Reachable {
				t.Fatalf("seed %d: %+v, want %+v", seed, c, w)
			}
			checkShortest(t, g, c)
		}
		if len(list) != len(want) {
			t.Fatalf("seed %d: %d components, want %d", seed, len(list), len(want))
		}
		if !slices.IsSortedFunc(list, func(a, b Component) int { return int(int64(b.Retained) - int64(a.Retained)) }) {
			t.Fatalf("seed %d: not in order", seed)
		}
	}
}

// naive compares what every pair of objects reaches. The key is the first
// object of a component.
func naive(g *graph.Graph) map[graph.NodeID]Component {
	all := graphtest.Reach(g, graphtest.Rooted(g))
	after := make([]map[graph.NodeID]bool, g.Len()) // reached by one reference or more
	for n := range graph.NodeID(g.Len()) {
		var kept []graph.NodeID
		after[n] = graphtest.Reach(g, g.Retained(n, &kept))
	}
	out := map[graph.NodeID]Component{}
	for n := range graph.NodeID(g.Len()) {
		if !after[n][n] {
			continue
		}
		c := Component{Reachable: all[n]}
		for m := range graph.NodeID(g.Len()) {
			if after[n][m] && after[m][n] {
				c.Nodes = append(c.Nodes, m)
				c.Bytes += g.Size(m)
			}
		}
		left := graphtest.Reach(g, graphtest.Rooted(g), c.Nodes...)
		for m := range all {
			if !left[m] {
				c.Retained += g.Size(m)
			}
		}
		out[c.Nodes[0]] = c
	}
	return out
}

func checkShortest(t *testing.T, g *graph.Graph, c Component) {
	t.Helper()
	path := Shortest(g, c, c.Nodes[0])
	if len(path) == 0 || path[0] != c.Nodes[0] {
		t.Fatalf("no cycle through %d in %v", c.Nodes[0], c.Nodes)
	}
	for i, n := range path {
		if to := path[(i+1)%len(path)]; g.First(n, to) < 0 {
			t.Fatalf("cycle %v: %d does not refer to %d", path, n, to)
		}
	}
}

func TestPicture(t *testing.T) {
	g := graphtest.Parse(t, `root>A root>D A>B B>C C>A C>D D>E E>D F>F G>H:weak H>G C>X X=x/100 A=n B=n C=c`)
	list := findAll(t, g.Graph, few)
	if len(list) != 3 || !slices.Equal(list[0].Nodes, g.IDs("A", "B", "C")) || list[0].Retained != 103 {
		t.Fatalf("%+v", list)
	}
	if got := Shortest(g.Graph, list[0], g.ID("B")); !slices.Equal(got, g.IDs("B", "C", "A")) {
		t.Errorf("cycle %v", got)
	}
	if list[2].Reachable || list[2].Retained != 0 {
		t.Errorf("the garbage cycle %+v", list[2])
	}
	if types := Types(g.Graph, list[0]); len(types) != 2 || types[0].Count != 2 || g.Types().Name(types[0].Type) != "n" {
		t.Errorf("types %v", types)
	}
}

func TestHeldList(t *testing.T) {
	start := time.Now()
	list := findAll(t, graphtest.HeldList(1_000_000), few)
	if len(list) != 1 || len(list[0].Nodes) != 1_000_000 || list[0].Retained != 48_000_000 {
		t.Errorf("%d components", len(list))
	}
	t.Log(time.Since(start))
}

func BenchmarkFind(b *testing.B) {
	tree, err := dominator.Compute(b.Context(), graphtest.Sessions(2_000_000))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if list, err := Find(b.Context(), tree, nil); err != nil || len(list) == 0 {
			b.Fatal(list, err)
		}
	}
}
