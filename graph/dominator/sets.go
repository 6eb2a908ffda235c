package dominator

import (
	"cmp"
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// RetainedBy returns what objects retain together, in bytes: the retained sizes
// of those that no other of them dominates, so that nothing counts twice. It is
// a lower bound of what cutting all of them frees, for two of them may hold an
// object that neither dominates; [Tree.Freed] is exact. It costs k log k for k
// objects, after one pass over the tree when it is first called.
func (t *Tree) RetainedBy(nodes []graph.NodeID) uint64 {
	var sum uint64
	for _, n := range t.Topmost(nodes) {
		sum += t.retained[n]
	}
	return sum
}

// Topmost returns those of the objects that are reachable and not dominated by
// another of them, in the order of the tree. It costs as much as RetainedBy.
func (t *Tree) Topmost(nodes []graph.NodeID) []graph.NodeID {
	sp := t.span()
	top := slices.DeleteFunc(slices.Clone(nodes), func(n graph.NodeID) bool { return !t.Reachable(n) })
	slices.SortFunc(top, func(a, b graph.NodeID) int { return cmp.Compare(sp.at[a], sp.at[b]) })
	end := uint32(0) // of the subtree of the last one that was kept
	return slices.DeleteFunc(top, func(n graph.NodeID) bool {
		at := sp.at[n]
		if at < end {
			return true
		}
		end = at + sp.size[at]
		return false
	})
}

// RetainedBySet is RetainedBy for a large set, in one pass over the tree.
func (t *Tree) RetainedBySet(set graph.Bitset) uint64 {
	var sum uint64
	inside := graph.NewBitset(len(t.idom))
	for _, n := range t.order {
		switch d := t.idom[n]; {
		case d != graph.None && inside.Has(d):
			inside.Add(n)
		case set.Has(n):
			inside.Add(n)
			sum += t.retained[n]
		}
	}
	return sum
}

// Freed returns how many objects, and how many bytes, become unreachable when
// all members of a set are cut at once, themselves included. It searches the
// whole graph around the set: time and memory of a search, n/8 bytes and the
// stack.
func (t *Tree) Freed(ctx context.Context, set graph.Bitset) (objects int, bytes uint64, err error) {
	objects, bytes = t.Total()
	m := graph.Marking{Graph: t.g, Seen: graph.NewBitset(t.g.Len()), Around: set, Each: func(n graph.NodeID) {
		objects, bytes = objects-1, bytes-t.g.Size(n)
	}}
	m.VisitRoots()
	if err := m.Run(ctx); err != nil {
		return 0, 0, err
	}
	return objects, bytes, nil
}
