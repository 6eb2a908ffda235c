package dominator

import (
	"context"
	"unsafe"

	"github.com/refgraph/refgraph/graph"
)

// tree turns immediate dominators by number into the columns of a Tree. The
// search's arrays become the tree's one after the other, so that there is never
// a sixth; the search is useless afterwards.
func (s *search) tree(ctx context.Context) (*Tree, error) {
	t := &Tree{g: s.g}
	if err := s.place(ctx); err != nil {
		return nil, err
	}
	s.fillIdom(t)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.fillOrder(t)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.vertex = nil
	return t, t.sum(ctx, s.work)
}

// place finds each object's position in a preorder of the dominator tree, in
// the upper half of its work entry. A subtree takes as many positions as it has
// objects; the lower half is the next free one in it.
func (s *search) place(ctx context.Context) error {
	size := s.num
	for v := pre(0); v <= s.count; v++ {
		size[v] = 1
	}
	for v := s.count; v > 0; v-- {
		size[s.parent[v]] += size[v]
		if v%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	s.work[0] = 0
	for v := pre(1); v <= s.count; v++ {
		up := &s.work[s.parent[v]]
		at := *up & labelMask
		*up += uint64(size[v])
		s.work[v] = at<<semiShift | (at + 1)
		if v%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// fillIdom takes num's memory.
func (s *search) fillIdom(t *Tree) {
	t.idom = asNodes(s.num[:s.g.Len()])
	for i := range t.idom {
		t.idom[i] = unreached
	}
	s.vertex[0] = graph.None
	for v := pre(1); v <= s.count; v++ {
		t.idom[s.vertex[v]] = s.vertex[s.parent[v]]
	}
}

// fillOrder takes parent's memory.
func (s *search) fillOrder(t *Tree) {
	t.order = asNodes(s.parent[:s.count])
	for v := pre(1); v <= s.count; v++ {
		t.order[s.work[v]>>semiShift] = s.vertex[v]
	}
}

// sum adds up sizes from the last position to the first, in work's memory.
func (t *Tree) sum(ctx context.Context, work []uint64) error {
	t.retained = work[:len(t.idom)]
	for i, d := range t.idom {
		t.retained[i] = 0
		if d != unreached {
			size := t.g.Size(graph.NodeID(i))
			t.retained[i] = size
			t.bytes += size
		}
	}
	for i := len(t.order) - 1; i >= 0; i-- {
		n := t.order[i]
		if d := t.idom[n]; d != graph.None {
			t.retained[d] += t.retained[n]
		}
		if i%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// asNodes gives the memory of an array of numbers its next use.
func asNodes(a []pre) []graph.NodeID {
	return unsafe.Slice((*graph.NodeID)(unsafe.SliceData(a)), len(a))
}
