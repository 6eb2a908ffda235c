package dominator

import (
	"cmp"
	"iter"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// spans says where in the tree's order each subtree lies. They are made when
// children are first asked for.
type spans struct {
	at   []uint32 // by object: its position in order
	size []uint32 // by position: objects in the subtree that starts there
}

func (t *Tree) span() *spans {
	t.once.Do(func() {
		at, size := make([]uint32, len(t.idom)), make([]uint32, len(t.order))
		for i, n := range t.order {
			at[n], size[i] = uint32(i), 1
		}
		for i := len(t.order) - 1; i >= 0; i-- {
			if d := t.idom[t.order[i]]; d != graph.None {
				size[at[d]] += size[i]
			}
		}
		t.spans = spans{at, size}
	})
	return &t.spans
}

// Subtree yields the object and all it dominates, each before what it
// dominates. For None it yields all reachable objects.
func (t *Tree) Subtree(n graph.NodeID) iter.Seq[graph.NodeID] {
	if n == graph.None {
		return slices.Values(t.order)
	}
	if !t.Reachable(n) {
		return func(func(graph.NodeID) bool) {}
	}
	sp := t.span()
	at := sp.at[n]
	return slices.Values(t.order[at : at+sp.size[at]])
}

// Dominated is how many objects are freed with this one, itself included; 0 for
// an unreachable one.
func (t *Tree) Dominated(n graph.NodeID) int {
	if !t.Reachable(n) {
		return 0
	}
	sp := t.span()
	return int(sp.size[sp.at[n]])
}

// Children yields the objects whose immediate dominator is n, in no particular
// order; for None, those that only the roots dominate. The first call costs a
// pass over the tree and 8 bytes an object.
func (t *Tree) Children(n graph.NodeID) iter.Seq[graph.NodeID] {
	return func(yield func(graph.NodeID) bool) {
		if n != graph.None && !t.Reachable(n) {
			return
		}
		sp := t.span()
		i, end := uint32(0), uint32(len(t.order))
		if n != graph.None {
			i = sp.at[n] + 1
			end = i - 1 + sp.size[i-1]
		}
		for ; i < end; i += sp.size[i] {
			if !yield(t.order[i]) {
				return
			}
		}
	}
}

// Largest returns the up to limit children of n that retain the most, largest
// first and then in NodeID order, and how many children there are in all. It
// keeps no more than limit of them while it looks. A negative limit means all.
func (t *Tree) Largest(n graph.NodeID, limit int) (largest []graph.NodeID, total int) {
	for c := range t.Children(n) {
		total++
		largest = append(largest, c)
		if limit >= 0 && len(largest) >= 2*limit+64 {
			largest = t.cut(largest, limit)
		}
	}
	return t.cut(largest, limit), total
}

// cut sorts nodes by what they retain and keeps the first limit.
func (t *Tree) cut(nodes []graph.NodeID, limit int) []graph.NodeID {
	slices.SortFunc(nodes, func(a, b graph.NodeID) int {
		return cmp.Or(cmp.Compare(t.retained[b], t.retained[a]), cmp.Compare(a, b))
	})
	if limit >= 0 && len(nodes) > limit {
		nodes = nodes[:limit]
	}
	return nodes
}
