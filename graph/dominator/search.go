package dominator

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// pre is a number in the preorder of the depth-first search. Only objects with
// references get one: half of a usual heap has none, and is never on the way to
// anything. Such a leaf comes right after what refers to it first, as if it had
// a number between two.
type pre uint32

const (
	unseen pre = 0 // of an object that the search has not come to
	top    pre = 1 // of the virtual root; objects are 2 and up
)

// search holds the arrays of one computation. Their uses change from step to
// step, so that they become the tree's in the end; see memory.go.
type search struct {
	g      *graph.Graph
	num    []pre  // by object: its number, or of a leaf its parent's; then immediate dominators
	semi   []pre  // by number: semidominator
	parent []pre  // by number: parent in the search tree; then immediate dominator
	link   forest // by number: the link-eval forest; then objects and positions

	order    []pre    // what semi is the beginning of: the tree's order
	retained []uint64 // what link is the beginning of: by object, retained sizes

	back   buckets // references to a smaller number: to, from
	leaves buckets // second references to leaves: the leaf, from; by the leaf's parent
	last   pre     // the largest number
	leafs  int     // reachable leaves

	stack stack
}

func (s *search) lowerSemi(v, semi pre) { s.semi[v] = min(s.semi[v], semi) }

// ctxInterval is how many objects are handled between looks at the context: a
// few milliseconds' worth.
const ctxInterval = 1 << 18

// run visits everything that the roots reach.
func (s *search) run(ctx context.Context) error {
	s.last = top
	for i, r := range s.g.Roots() {
		if i%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !r.Via.Retains() {
			continue
		}
		switch v := s.num[r.Node]; {
		case s.g.Leaf(r.Node):
			if v == unseen {
				s.leafs++
			}
			s.num[r.Node] = top
		case v != unseen:
			s.semi[v] = top
		default:
			if err := s.visit(ctx, r.Node); err != nil {
				return err
			}
		}
	}
	s.stack = stack{}
	return nil
}

// visit searches from one root. Children are pushed all at once, so that the
// processor can fetch many numbers at a time; one that was reached another way
// meanwhile is a forward reference by the time it is popped.
func (s *search) visit(ctx context.Context, root graph.NodeID) error {
	var kept []graph.NodeID
	s.stack.push(pending{root, top})
	for p, ok := s.stack.pop(); ok; p, ok = s.stack.pop() {
		if v := s.num[p.node]; v != unseen {
			s.lowerSemi(v, p.from)
			continue
		}
		s.last++
		v := s.last
		s.num[p.node], s.parent[v], s.semi[v] = v, p.from, p.from
		for _, to := range s.g.Retained(p.node, &kept) {
			switch w := s.num[to]; {
			case w == unseen && s.g.Leaf(to):
				s.num[to] = v
				s.leafs++
			case w == unseen:
				s.stack.push(pending{to, v})
			case w > v:
				s.lowerSemi(w, v)
			case w < v && w != top:
				s.backward(to, w, v)
			}
		}
		if v%ctxInterval == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// backward keeps a reference to a smaller number, or to a leaf of one.
func (s *search) backward(to graph.NodeID, w, from pre) {
	if s.g.Leaf(to) {
		s.leaves.add(w, backRef{pre(to), from})
	} else {
		s.back.add(w, backRef{w, from})
	}
}
