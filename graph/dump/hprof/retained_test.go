package hprof

import (
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// reachable sums up what the roots reach without one object, by a plain search.
func reachable(g *graph.Graph, without graph.NodeID) (bytes uint64) {
	seen := make([]bool, g.Len())
	var queue []graph.NodeID
	visit := func(n graph.NodeID) {
		if n != without && !seen[n] {
			seen[n] = true
			queue = append(queue, n)
		}
	}
	for _, r := range g.Roots() {
		visit(r.Node)
	}
	for len(queue) > 0 {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		bytes += g.Size(n)
		for i, to := range g.Row(n) {
			if g.RefKind(n, i) == graph.Strong {
				visit(to)
			}
		}
	}
	return bytes
}

// TestRetained compares what the largest objects retain with what is no longer
// reached without them.
func TestRetained(t *testing.T) {
	g := open(t, small17)
	tree, err := dominator.Compute(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	nodes := make([]graph.NodeID, g.Len())
	for i := range nodes {
		nodes[i] = graph.NodeID(i)
	}
	slices.SortFunc(nodes, func(a, b graph.NodeID) int { return int(tree.Retained(b)) - int(tree.Retained(a)) })
	all := reachable(g, graph.None)
	for _, n := range nodes[:50] {
		if want := all - reachable(g, n); tree.Retained(n) != want {
			t.Errorf("%s retains %d, without it %d bytes are gone", g.Describe(n), tree.Retained(n), want)
		}
	}
}
