package graphtest

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Reach is the naive search: what references that retain lead to from some
// objects, these included, around those that are cut.
func Reach(g *graph.Graph, from []graph.NodeID, cut ...graph.NodeID) map[graph.NodeID]bool {
	seen := map[graph.NodeID]bool{}
	var visit func(n graph.NodeID)
	visit = func(n graph.NodeID) {
		if seen[n] || slices.Contains(cut, n) {
			return
		}
		seen[n] = true
		for i, to := range g.Row(n) {
			if g.RefKind(n, i).Retains() {
				visit(to)
			}
		}
	}
	for _, n := range from {
		visit(n)
	}
	return seen
}

// Rooted is the objects that roots retain directly.
func Rooted(g *graph.Graph) (nodes []graph.NodeID) {
	for _, r := range g.Roots() {
		if r.Via.Retains() {
			nodes = append(nodes, r.Node)
		}
	}
	return nodes
}
