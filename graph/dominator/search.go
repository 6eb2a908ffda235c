package dominator

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// pre is a number in the preorder of the depth-first search. 0 is the virtual
// root, reachable objects are 1 and up.
type pre uint32

// unseen is the number of an object that the search has not come to.
const unseen pre = 0

// search holds the arrays of one computation. Their uses change from step to
// step, so that five of them do for everything.
type search struct {
	g      *graph.Graph
	num    []pre          // by object: its number; then, by number: ancestor in the link-eval forest
	vertex []graph.NodeID // by number: the object
	parent []pre          // by number: parent in the search tree; then immediate dominator
	work   []uint64       // by number: semidominator and label; then, by object: retained size
	back   backRefs
	count  pre // reachable objects

	stack stack
}

// semiShift and labelMask take the two halves of a work entry apart: the
// semidominator above, the label below.
const (
	semiShift = 32
	labelMask = 1<<32 - 1
)

func (s *search) semi(v pre) pre      { return pre(s.work[v] >> semiShift) }
func (s *search) setSemi(v, semi pre) { s.work[v] = uint64(semi) << semiShift }
func (s *search) lowerSemi(v, semi pre) {
	if semi < s.semi(v) {
		s.setSemi(v, semi)
	}
}

// ctxInterval is how many objects are handled between looks at the context: a
// few milliseconds' worth.
const ctxInterval = 1 << 18

func newSearch(g *graph.Graph) *search {
	n := g.Len() + 1
	return &search{
		g: g, num: make([]pre, n), vertex: make([]graph.NodeID, n),
		parent: make([]pre, n), work: make([]uint64, n), back: newBackRefs(n),
	}
}

// run visits everything that the roots reach.
func (s *search) run(ctx context.Context) error {
	for _, r := range s.g.Roots() {
		if !r.Via.Retains() {
			continue
		}
		if v := s.num[r.Node]; v != unseen {
			s.setSemi(v, 0)
			continue
		}
		if err := s.visit(ctx, r.Node); err != nil {
			return err
		}
	}
	return nil
}

// visit searches from one root. Children are pushed all at once, so that the
// processor can fetch many numbers at a time; one that was reached another way
// meanwhile is a forward reference by the time it is popped.
func (s *search) visit(ctx context.Context, root graph.NodeID) error {
	var kept []graph.NodeID
	s.stack.push(pending{root, 0})
	for p, ok := s.stack.pop(); ok; p, ok = s.stack.pop() {
		if v := s.num[p.node]; v != unseen {
			s.lowerSemi(v, p.from)
			continue
		}
		s.count++
		v := s.count
		s.num[p.node], s.vertex[v], s.parent[v] = v, p.node, p.from
		s.setSemi(v, p.from)
		for _, to := range s.g.Retained(p.node, &kept) {
			switch w := s.num[to]; {
			case w == unseen:
				s.stack.push(pending{to, v})
			case w > v:
				s.lowerSemi(w, v)
			case w < v:
				s.back.add(w, v)
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
