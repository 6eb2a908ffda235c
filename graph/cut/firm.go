package cut

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// firm reports whether reference i of n holds for good: pools let go.
func firm(g *graph.Graph, n graph.NodeID, i int) bool {
	k := g.RefKind(n, i)
	return k.Retains() && !k.Collectable()
}

// firmRow is what n holds for good, in buf if some of its references do not.
func firmRow(g *graph.Graph, n graph.NodeID, buf *[]graph.NodeID) []graph.NodeID {
	if g.Plain(n) {
		return g.Row(n)
	}
	out := (*buf)[:0]
	for i, to := range g.Row(n) {
		if firm(g, n, i) {
			out = append(out, to)
		}
	}
	*buf = out
	return out
}

// firmRank reports whether a root is more than garbage that waits for the
// collector.
func firmRank(r *graph.Root) bool { return r.Rank <= graph.RankResidue }

// firmRoot reports whether a root holds for good.
func firmRoot(r *graph.Root) bool {
	return r.Via.Retains() && !r.Via.Collectable() && firmRank(r)
}

// firmly splits the objects that a search reached into those that are held for
// good and the rest: what pools hold, and garbage that waits for the collector.
func firmly(tree *retain.Tree) (held, rest []graph.NodeID) {
	g, order := tree.Graph(), tree.Order()
	firm := len(order) - len(tree.PooledObjects())
	if roots := g.Roots(); len(roots) > 0 && !firmRank(&roots[len(roots)-1]) {
		// What only such roots hold is searched after all else.
		for i, n := range order[:firm] {
			if r := tree.Root(n); r != nil && !firmRank(r) {
				firm = i
				break
			}
		}
	}
	return order[:firm], order[firm:]
}

// firmTotal is how much roots hold for good.
func firmTotal(tree *retain.Tree, dom *dominator.Tree) (objects int, bytes uint64) {
	objects, bytes = dom.Total()
	_, rest := firmly(tree)
	for _, n := range rest {
		objects, bytes = objects-1, bytes-tree.Graph().Size(n)
	}
	return objects, bytes
}
