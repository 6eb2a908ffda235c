package cut

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/retain"
)

// Paths is a retaining path for each edge to the targets, at most limit of them,
// those with the most references first: the first way from a root to the holder of
// the edge's first reference, and that reference. Targets is how many targets the
// edge's references lead to directly. It costs a pass over the slice.
func (w *Ways) Paths(limit int, opts *retain.Options) ([]retain.Path, error) {
	var edges []*Edge
	which := map[placeID]int{}
	for i := range w.Edges {
		e := &w.Edges[i]
		if e.To != 0 || e.From == 0 || e.Free {
			continue
		}
		if len(edges) == limit {
			break
		}
		which[e.place] = len(edges)
		edges = append(edges, e)
	}
	held, err := w.s.heldBy(which, len(edges))
	if err != nil {
		return nil, err
	}
	out := make([]retain.Path, 0, len(edges))
	for i, e := range edges {
		slices.Sort(held[i])
		p := w.path(e, opts)
		p.References, p.Targets = e.Count, len(slices.Compact(held[i]))
		out = append(out, p)
	}
	return out, nil
}

// path is the first way to an edge's first reference.
func (w *Ways) path(e *Edge, opts *retain.Options) retain.Path {
	s := w.s
	chain := []graph.NodeID{e.Held}
	root := s.places[e.place].stats.root
	if e.Holder != graph.None {
		n := e.Holder
		for ; s.level[s.number(n)] > 0; n = graph.NodeID(s.from[s.number(n)]) {
			chain = append(chain, n)
		}
		chain = append(chain, n)
		root = &s.g.Roots()[s.from[s.number(n)]]
	}
	slices.Reverse(chain)
	return retain.PathOf(s.g, root, chain, s.targets, opts)
}
