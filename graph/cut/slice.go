package cut

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/retain"
)

// slice is the objects that roots reach without passing a target and that lead
// to one, as a net. Node i of the net is member i.
type slice struct {
	*tables
	members
	net
	ctx      context.Context
	targets  graph.Bitset // those that are held for good
	area     members      // what leads to targets, also if only targets lead to it, and the targets
	alive    int
	raw      bool
	joint    *joint          // what is looked for in the first search, nil afterwards
	shared   []int32         // by node: the group of entries that two containers hold, 0 for none; nil if there is none
	together map[int32]boxID // of those groups
	over     bool            // larger than the memory allowed: there is no net, only classes

	class   []int32  // by node
	level   []uint32 // by node: steps from the roots
	from    []uint32 // by node: the NodeID of its holder on the first way, or of level 0 the root's index
	order   []graph.NodeID
	edges   int
	hangs   []rootRef // roots in the slice
	visited int       // nodes of order that were expanded
}

// rootRef is a root in the slice: its index in Graph.Roots and its places.
type rootRef struct {
	root   int
	places [2]placeID // the variable, and the goroutines or threads that end
}

// Bytes that a slice takes.
const (
	bytesPerNode = 64
	bytesPerEdge = 12
)

// newSlice makes the slice of the targets, which are all reachable. It takes
// more than limit bytes for no net.
func newSlice(ctx context.Context, tree *retain.Tree, targets graph.Bitset, raw bool, limit int64) (*slice, error) {
	s := &slice{tables: newTables(tree.Graph()), ctx: ctx, targets: targets, alive: targets.Len(), raw: raw}
	var err error
	if s.area.set, err = ancestors(ctx, tree, targets); err != nil {
		return nil, err
	}
	if err = s.reach(); err != nil {
		return nil, err
	}
	for i, w := range targets {
		s.area.set[i] |= w
	}
	s.area.index()
	k := s.members.len()
	s.class, s.level, s.from = make([]int32, k), make([]uint32, k), make([]uint32, k)
	for i := range s.class {
		s.class[i] = -1
	}
	if !raw {
		s.joint = newJoint()
	}
	if err := s.forward(); err != nil {
		return nil, err
	}
	if s.joint != nil {
		if shared := s.joined(); shared != nil {
			if err := s.rejoin(shared); err != nil {
				return nil, err
			}
		}
	}
	s.over = int64(len(s.order))*bytesPerNode+int64(s.edges)*bytesPerEdge > limit
	return s, nil
}

// reach finds the members: what roots reach of what leads to targets, without the
// targets.
func (s *slice) reach() error {
	s.set = graph.NewBitset(s.g.Len())
	var stack, buf []graph.NodeID
	visit := func(n graph.NodeID) {
		if s.area.set.Has(n) && !s.set.Has(n) {
			s.set.Add(n)
			stack = append(stack, n)
		}
	}
	for i := range s.g.Roots() {
		if r := &s.g.Roots()[i]; firmRoot(r) {
			visit(r.Node)
		}
	}
	for steps := 0; len(stack) > 0; steps++ {
		if steps%checkEvery == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, to := range firmRow(s.g, n, &buf) {
			visit(to)
		}
	}
	s.index()
	return nil
}

// forward searches from the roots, in stages: names should come from roots that
// mean something to people.
func (s *slice) forward() error {
	roots := s.g.Roots()
	next := 0
	for _, last := range []uint8{graph.RankRuntime - 1, graph.RankResidue - 1, graph.RankResidue} {
		for ; next < len(roots) && roots[next].Rank <= last; next++ {
			s.root(next)
		}
		for ; s.visited < len(s.order); s.visited++ {
			if s.visited%checkEvery == 0 && s.ctx.Err() != nil {
				return s.ctx.Err()
			}
			s.expand(s.order[s.visited])
		}
	}
	return s.ctx.Err()
}

func (s *slice) root(i int) {
	r := &s.g.Roots()[i]
	target := s.targets.Has(r.Node)
	if !firmRoot(r) || !target && !s.set.Has(r.Node) {
		return
	}
	c := class{s.rootBox(r), s.labels.Intern(retain.Pattern(s.g.String(r.Ref)))}
	p := s.placeOf(c, target)
	s.hangs = append(s.hangs, rootRef{i, [2]placeID{p, s.threadPlace(s.threads.join(s.words, r), c.box)}})
	if !target {
		s.discover(r.Node, c, p, 0, uint32(i))
	}
}

// discover puts an object into its class when it is first reached: c is the
// reference to it, p its place, from its holder or root.
func (s *slice) discover(n graph.NodeID, c class, p placeID, level, from uint32) {
	i := s.number(n)
	if s.class[i] >= 0 {
		return
	}
	if !s.folds(n) {
		c = class{box: s.boxFor(n, p)}
		b := &s.boxes[c.box]
		if b.count++; b.first == graph.None {
			b.first, b.via = n, p
		}
		b.bytes += s.g.Size(n)
	}
	s.class[i], s.level[i], s.from[i] = s.classID(c), level, from
	s.order = append(s.order, n)
}

// folds reports whether an object has no place of its own: a container's inside,
// but for what is the inside of two.
func (s *slice) folds(n graph.NodeID) bool { return s.g.Internal(n) && !s.raw && !s.isShared(n) }

// boxFor is the box of an object that a place holds.
func (s *slice) boxFor(n graph.NodeID, p placeID) boxID {
	if s.isShared(n) {
		return s.sharedBox(n, p)
	}
	return s.objectBox(s.g.Type(n), p)
}

func (s *slice) expand(n graph.NodeID) {
	i := s.number(n)
	level := s.level[i] + 1
	from := s.classes[s.class[i]]
	plain := s.g.Plain(n)
	for k, to := range s.g.Row(n) {
		target := s.targets.Has(to)
		if !target && !s.set.Has(to) || !plain && !firm(s.g, n, k) {
			continue
		}
		s.edges++
		if target {
			continue
		}
		if s.class[s.number(to)] >= 0 {
			if s.joint != nil {
				s.meet(n, k, to, from)
			}
			continue
		}
		c := s.join(from, s.labels.Pattern(n, k))
		p := noPlace
		if !s.folds(to) {
			p = s.placeOf(c, false)
		}
		s.discover(to, c, p, level, uint32(n))
	}
}

// edge is a reference of the slice.
type edge struct {
	holder, held graph.NodeID
	from, to     uint32 // nodes; to is sink for targets
	via          placeID
	conservative bool
}

// row calls do with the references of a node that lead to targets.
func (s *slice) row(n graph.NodeID, do func(e edge)) {
	e := edge{holder: n, from: s.number(n)}
	c := s.classes[s.class[e.from]]
	plain := s.g.Plain(n)
	for k, to := range s.g.Row(n) {
		target := s.targets.Has(to)
		if !target && !s.set.Has(to) || !plain && !firm(s.g, n, k) {
			continue
		}
		e.held, e.to, e.via = to, sink, noPlace
		e.conservative = !plain && s.g.RefKind(n, k) == graph.Conservative
		if !target {
			e.to = s.number(to)
		}
		if target || !s.folds(to) {
			e.via = s.placeOf(s.join(c, s.labels.Pattern(n, k)), target)
		}
		do(e)
	}
}

// each calls do with all references of the slice but the roots', in NodeID order
// of the holders.
func (s *slice) each(do func(e edge)) error {
	for n := range s.set.All() {
		s.row(n, do)
	}
	return s.ctx.Err()
}

// build fills the net, and passes its references on to do.
func (s *slice) build(do func(e edge)) error {
	if !s.over {
		s.off = make([]uint32, 1, s.members.len()+1)
		s.to, s.via = make([]uint32, 0, s.edges), make([]placeID, 0, s.edges)
		for _, h := range s.hangs {
			r := rootEdge{to: sink, places: h.places}
			if n := s.g.Roots()[h.root].Node; !s.targets.Has(n) {
				r.to = s.number(n)
			}
			s.roots = append(s.roots, r)
		}
	}
	for n := range s.set.All() {
		s.row(n, func(e edge) {
			if !s.over {
				s.to, s.via = append(s.to, e.to), append(s.via, e.via)
			}
			do(e)
		})
		if !s.over {
			s.off = append(s.off, uint32(len(s.to)))
		}
	}
	return s.ctx.Err()
}
