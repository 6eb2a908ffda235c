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
	seen := graph.NewBitset(w.s.g.Len())
	for i, e := range edges {
		p := w.path(e, opts)
		p.References, p.Targets = e.Count, distinct(held[i], seen)
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

// heldBy is what the references of places hold.
func (s *slice) heldBy(which map[placeID]int, k int) ([][]graph.NodeID, error) {
	held, of := make([][]graph.NodeID, k), make([]int, len(s.places))
	for p := range of {
		of[p] = -1
		if i, ok := which[placeID(p)]; ok {
			of[p] = i
		}
	}
	add := func(n graph.NodeID, p placeID) {
		if p >= 0 && of[p] >= 0 {
			held[of[p]] = append(held[of[p]], n)
		}
	}
	for _, h := range s.hangs {
		add(s.g.Roots()[h.root].Node, h.places[0])
		add(s.g.Roots()[h.root].Node, h.places[1])
	}
	for n := range s.set.All() {
		s.step(n, add)
	}
	return held, s.ctx.Err()
}

// distinct counts different nodes. seen is empty, also afterwards.
func distinct(list []graph.NodeID, seen graph.Bitset) (count int) {
	for _, n := range list {
		if !seen.Has(n) {
			seen.Add(n)
			count++
		}
	}
	for _, n := range list {
		seen.Remove(n)
	}
	return count
}
