package dominator

import (
	"cmp"
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Held is the objects of one type that some holders dominate directly.
type Held struct {
	Type     graph.TypeID
	First    graph.NodeID
	Count    int
	Shallow  uint64 // bytes, of all
	Retained uint64 // bytes, of all together
}

// HeldBy groups by type what a set of objects dominates directly, besides its own
// members, what retains the most first. It passes over all objects, on all cores.
func (t *Tree) HeldBy(ctx context.Context, holders graph.Bitset) ([]Held, error) {
	types := t.g.Types().Len()
	parts, err := scanAll(ctx, t.g, func() []Held { return make([]Held, types) }, func(sum []Held, n graph.NodeID) {
		if !t.child(holders, n) {
			return
		}
		h := &sum[t.g.Type(n)]
		if h.Count == 0 || n < h.First {
			h.First = n
		}
		h.Count++
		h.Retained += t.Retained(n)
		h.Shallow += t.g.Size(n)
	})
	if err != nil {
		return nil, err
	}
	var groups []Held
	for typ := range types {
		h := Held{Type: graph.TypeID(typ), First: graph.None}
		for _, part := range parts {
			if q := part[typ]; q.Count > 0 {
				h.First = min(h.First, q.First)
				h.Count += q.Count
				h.Retained += q.Retained
				h.Shallow += q.Shallow
			}
		}
		if h.Count > 0 {
			groups = append(groups, h)
		}
	}
	slices.SortStableFunc(groups, func(a, b Held) int { return cmp.Compare(b.Retained, a.Retained) })
	return groups, nil
}

// HeldOf is the objects of a type that the holders dominate directly. If they are
// containers' insides, those of their own are added, which get no place of their
// own in a picture. It passes over all objects a few times, on all cores.
func (t *Tree) HeldOf(ctx context.Context, holders graph.Bitset, h Held) (graph.Bitset, error) {
	set := graph.NewBitset(t.g.Len())
	none := func() struct{} { return struct{}{} }
	_, err := scanAll(ctx, t.g, none, func(_ struct{}, n graph.NodeID) {
		if t.g.Type(n) == h.Type && t.child(holders, n) {
			set.Add(n)
		}
	})
	if err != nil || !t.g.Internal(h.First) {
		return set, err
	}
	return t.insides(ctx, set)
}

// child reports whether one of the holders dominates n directly.
func (t *Tree) child(holders graph.Bitset, n graph.NodeID) bool {
	d := t.Idom(n)
	return d != graph.None && holders.Has(d) && !holders.Has(n)
}

// maxInsides is how many parts deep a container is followed.
const maxInsides = 4

// insides adds to a set of containers their insides.
func (t *Tree) insides(ctx context.Context, set graph.Bitset) (graph.Bitset, error) {
	for range maxInsides {
		next := slices.Clone(set)
		more, err := scanAll(ctx, t.g, func() *bool { return new(bool) }, func(more *bool, n graph.NodeID) {
			if t.g.Internal(n) && t.child(set, n) {
				next.Add(n)
				*more = true
			}
		})
		if err != nil {
			return nil, err
		}
		set = next
		if !slices.ContainsFunc(more, func(b *bool) bool { return *b }) {
			break
		}
	}
	return set, nil
}

// scanAll calls visit for every object on all cores, each with the state of its
// worker, and returns the states. Nodes of different calls that run at the same
// time share no word of a Bitset.
func scanAll[S any](ctx context.Context, g *graph.Graph, start func() S, visit func(state S, n graph.NodeID)) ([]S, error) {
	const part = 1 << 18
	parts := (g.Len() + part - 1) / part
	free := make(chan S, parts)
	err := graph.Parallel(ctx, parts, 0, func(i int) error {
		var s S
		select {
		case s = <-free:
		default:
			s = start()
		}
		for n := graph.NodeID(i * part); int(n) < min(g.Len(), (i+1)*part); n++ {
			visit(s, n)
		}
		free <- s
		return nil
	})
	close(free)
	var states []S
	for s := range free {
		states = append(states, s)
	}
	return states, err
}
