package dominator

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

func computed(t testing.TB, g *graph.Graph) *Tree {
	t.Helper()
	tree, err := compute(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// naive knows which objects are lost with each object, by cutting it.
type naive struct {
	g    *graph.Graph
	all  map[graph.NodeID]bool
	lost []map[graph.NodeID]bool
}

func newNaive(g *graph.Graph) *naive {
	v := &naive{g: g, all: graphtest.Reach(g, graphtest.Rooted(g))}
	for n := range graph.NodeID(g.Len()) {
		left, lost := graphtest.Reach(g, graphtest.Rooted(g), n), map[graph.NodeID]bool{}
		for m := range v.all {
			if !left[m] {
				lost[m] = true
			}
		}
		v.lost = append(v.lost, lost)
	}
	return v
}

func (v *naive) bytes(set map[graph.NodeID]bool) (sum uint64) {
	for n := range set {
		sum += v.g.Size(n)
	}
	return sum
}

// idom is the dominator that all other dominators dominate.
func (v *naive) idom(n graph.NodeID) graph.NodeID {
	best := graph.None
	for d := range graph.NodeID(v.g.Len()) {
		if d != n && v.lost[d][n] && (best == graph.None || v.lost[best][d]) {
			best = d
		}
	}
	return best
}

func (v *naive) topmost(set []graph.NodeID) (sum uint64) {
	for _, n := range set {
		if v.all[n] && !slices.ContainsFunc(set, func(d graph.NodeID) bool { return d != n && v.lost[d][n] }) {
			sum += v.bytes(v.lost[n])
		}
	}
	return sum
}

func TestAgainstNaive(t *testing.T) {
	const graphs = 4000
	for seed := range uint64(graphs) {
		rng := rand.New(rand.NewPCG(seed, 1))
		g := graphtest.Random(rng)
		tree, want := computed(t, g), newNaive(g)
		checkTree(t, tree, want)
		checkSets(t, tree, want, rng)
		checkTypes(t, tree, want)
		if t.Failed() {
			t.Fatalf("seed %d: %d objects", seed, g.Len())
		}
	}
}

func checkTree(t *testing.T, tree *Tree, want *naive) {
	if objects, bytes := tree.Total(); objects != len(want.all) || bytes != want.bytes(want.all) {
		t.Errorf("total %d objects %d bytes, want %d %d", objects, bytes, len(want.all), want.bytes(want.all))
	}
	children := map[graph.NodeID][]graph.NodeID{}
	for n := range graph.NodeID(want.g.Len()) {
		if tree.Reachable(n) != want.all[n] {
			t.Errorf("object %d: reachable %v", n, tree.Reachable(n))
		}
		if got, want := tree.Retained(n), want.bytes(want.lost[n]); got != want {
			t.Errorf("object %d retains %d, want %d", n, got, want)
		}
		if got, want := tree.Idom(n), want.idom(n); got != want {
			t.Errorf("object %d: immediate dominator %d, want %d", n, got, want)
		}
		if got, want := tree.Dominated(n), len(want.lost[n]); got != want {
			t.Errorf("object %d dominates %d, want %d", n, got, want)
		}
		sub := slices.Sorted(tree.Subtree(n))
		if len(sub) != len(want.lost[n]) || slices.ContainsFunc(sub, func(m graph.NodeID) bool { return !want.lost[n][m] }) {
			t.Errorf("object %d: subtree %v, want %v", n, sub, want.lost[n])
		}
		if want.all[n] {
			d := want.idom(n)
			children[d] = append(children[d], n)
		}
	}
	for n := range graph.NodeID(want.g.Len()) {
		if got := slices.Sorted(tree.Children(n)); !slices.Equal(got, children[n]) {
			t.Errorf("children of %d: %v, want %v", n, got, children[n])
		}
	}
	if got := slices.Sorted(tree.Children(graph.None)); !slices.Equal(got, children[graph.None]) {
		t.Errorf("children of the roots: %v, want %v", got, children[graph.None])
	}
}

func checkSets(t *testing.T, tree *Tree, want *naive, rng *rand.Rand) {
	set := graph.NewBitset(want.g.Len())
	var nodes []graph.NodeID
	for n := range graph.NodeID(want.g.Len()) {
		if rng.IntN(3) == 0 {
			set.Add(n)
			nodes = append(nodes, n)
		}
	}
	top := want.topmost(nodes)
	if got := tree.RetainedBy(nodes); got != top {
		t.Errorf("%v retain %d, want %d", nodes, got, top)
	}
	if got := tree.RetainedBySet(set); got != top {
		t.Errorf("set %v retains %d, want %d", nodes, got, top)
	}
	left := graphtest.Reach(want.g, graphtest.Rooted(want.g), nodes...)
	objects, bytes, err := tree.Freed(t.Context(), set)
	if err != nil || objects != len(want.all)-len(left) || bytes != want.bytes(want.all)-want.bytes(left) {
		t.Errorf("cutting %v frees %d objects, %d bytes (%v), want %d", nodes, objects, bytes, err, len(want.all)-len(left))
	}
}

func checkTypes(t *testing.T, tree *Tree, want *naive) {
	got, err := RetainedByType(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	for typ := range graph.TypeID(want.g.Types().Len()) {
		var nodes []graph.NodeID
		for n := range graph.NodeID(want.g.Len()) {
			if want.g.Type(n) == typ {
				nodes = append(nodes, n)
			}
		}
		set := graph.NewBitset(want.g.Len())
		for _, n := range nodes {
			set.Add(n)
		}
		_, w, err := tree.Freed(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		if got[typ] != w {
			t.Errorf("type %d retains %d, want %d", typ, got[typ], w)
		}
		if all, err := tree.FreedBySets(t.Context(), []graph.Bitset{set, graph.NewBitset(want.g.Len())}); err != nil || all[0] != w || all[1] != 0 {
			t.Errorf("type %d and nothing: %d, want %d and 0, %v", typ, all, w, err)
		}
	}
}

func TestPicture(t *testing.T) {
	g := graphtest.Parse(t, `root>A root>D A>B B>C A>C C>E D>F F>G G>F D>E E>H H>E:weak  A=a/10 C=c/5 E=e/100 X>A`)
	tree := computed(t, g.Graph)
	for name, idom := range map[string]string{"A": "-", "B": "A", "C": "A", "D": "-", "E": "-", "F": "D", "G": "F", "H": "E", "X": "-"} {
		if got := g.Name(tree.Idom(g.ID(name))); got != idom {
			t.Errorf("immediate dominator of %s is %s, want %s", name, got, idom)
		}
	}
	if got := tree.Retained(g.ID("A")); got != 16 {
		t.Errorf("A retains %d, want 16", got)
	}
	if tree.Reachable(g.ID("X")) {
		t.Error("X is reachable")
	}
	if !tree.Dominates(g.ID("D"), g.ID("G")) || tree.Dominates(g.ID("A"), g.ID("E")) {
		t.Error("wrong dominators")
	}
	if got, total := tree.Largest(graph.None, 2); total != 3 || !slices.Equal(got, g.IDs("E", "A")) {
		t.Errorf("largest %v of %d", got, total)
	}
}

func TestCancel(t *testing.T) {
	g := graphtest.Sessions(2_000_000)
	for _, after := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond} {
		best := time.Hour // of a few tries: on a busy machine others have the cores now and then
		for try := 0; try < 8 && best > 200*time.Millisecond; try++ {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			start := time.Now()
			_, err := compute(ctx, g)
			cancel()
			if after == 0 && err == nil {
				t.Error("not cancelled")
			}
			best = min(best, time.Since(start)-after)
			if err == nil {
				best = 0 // it was done before
			}
		}
		if best > 200*time.Millisecond {
			t.Errorf("stopped %v late", best)
		}
	}
}

// A list held at both ends takes time in proportion to its length: ten times
// the length may take 20 times as long, for the caches, but not 100 times.
func TestHeldListIsLinear(t *testing.T) {
	measure := func(n int) time.Duration {
		g := graphtest.HeldList(n)
		best := time.Hour
		for range 3 {
			start := time.Now()
			tree := computed(t, g)
			best = min(best, time.Since(start))
			if got := tree.Retained(graph.NodeID(n / 2)); got != 48 {
				t.Fatalf("an element of the list retains %d bytes", got)
			}
		}
		return best
	}
	small, large := measure(100_000), measure(1_000_000)
	if large > 40*small {
		t.Errorf("100,000 objects take %v, 1,000,000 take %v", small, large)
	}
	t.Logf("100,000 objects: %v, 1,000,000: %v", small, large)
}
