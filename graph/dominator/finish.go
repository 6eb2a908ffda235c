package dominator

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// tree turns immediate dominators by number into the columns of a Tree, in the
// search's arrays; the search is useless afterwards.
func (s *search) tree(ctx context.Context) (*Tree, error) {
	for _, step := range []func(context.Context) error{s.measure, s.place, s.fill} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	n := s.g.Len()
	t := &Tree{
		g: s.g, idom: as[graph.NodeID](s.num), retained: s.retained[:n],
		order: as[graph.NodeID](s.order)[:int(s.last-top)+s.leafs],
	}
	return t, t.sum(ctx)
}

// A link entry is now, below, the object that has the number, and above, how
// many objects its subtree has; and then the next free position in its subtree.
// A subtree takes as many positions of the order as it has objects.
const (
	countShift = 32
	one        = 1 << countShift
	objectMask = one - 1
)

// measure finds each number's object and how many objects it dominates.
func (s *search) measure(ctx context.Context) error {
	for v := range s.link[:s.last+1] {
		s.link[v] = one
	}
	s.link[top] = uint64(graph.None) // which has no position
	for i, v := range s.num {
		switch {
		case v == unseen:
		case s.g.Leaf(graph.NodeID(i)):
			s.link[v] += one
		default:
			s.link[v] |= uint64(i)
		}
		if i%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for v := s.last; v > top; v-- {
		s.link[s.parent[v]] += s.link[v] &^ objectMask
		if v%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// place puts objects with references into a preorder of the dominator tree.
// order is theirs from here on.
func (s *search) place(ctx context.Context) error {
	s.link[top] = uint64(graph.None)
	for v := top + 1; v <= s.last; v++ {
		up, own := &s.link[s.parent[v]], s.link[v]
		at := *up >> countShift
		*up += own &^ objectMask
		s.order[at] = pre(own & objectMask)
		s.link[v] = (at+1)<<countShift | own&objectMask
		if v%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// fill puts leaves into the order and turns num into immediate dominators.
func (s *search) fill(ctx context.Context) error {
	for i, v := range s.num {
		switch {
		case v == unseen:
			s.num[i] = pre(unreached)
		case s.g.Leaf(graph.NodeID(i)):
			up := &s.link[v]
			s.order[*up>>countShift] = pre(i)
			*up += one
			s.num[i] = pre(*up & objectMask)
		default:
			s.num[i] = pre(s.link[s.parent[v]] & objectMask)
		}
		if i%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// sum adds up sizes from the last position to the first.
func (t *Tree) sum(ctx context.Context) error {
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
