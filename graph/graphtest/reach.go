package graphtest

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Reach is the naive search: what references that retain lead to from some
// objects, these included, around those that are cut. A key retains its value
// whatever becomes of the table; Alive minds that.
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

// Alive is the naive search that also minds the tables of ephemerons: it follows
// one only if its table is reached, and searches again until nothing new is.
func Alive(g *graph.Graph, from []graph.NodeID, cut ...graph.NodeID) map[graph.NodeID]bool {
	seen := map[graph.NodeID]bool{}
	reach := func(n graph.NodeID) bool {
		if seen[n] || slices.Contains(cut, n) {
			return false
		}
		seen[n] = true
		return true
	}
	for _, n := range from {
		reach(n)
	}
	for again := true; again; {
		again = false
		for n := range graph.NodeID(g.Len()) {
			if !seen[n] {
				continue
			}
			for i, to := range g.Row(n) {
				table := g.EphemeronTable(n, i)
				if g.RefKind(n, i).Retains() && (table == graph.None || seen[table]) {
					again = reach(to) || again
				}
			}
		}
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
