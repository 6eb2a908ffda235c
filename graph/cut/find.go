package cut

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// Options of Find. The zero value is the default.
type Options struct {
	Raw      bool   // containers' insides have places of their own
	Memory   int64  // most bytes for the slice's net; 0 means 1 GiB
	Retained uint64 // what the targets retain together, in bytes, if it is known
}

const defaultMemory = 1 << 30

// Slice is the objects between the roots and some targets. It is what a cut and
// the numbers of holders are found in.
type Slice struct {
	s    *slice
	tree *retain.Tree
	opts Options
	v    *survey
}

// NewSlice finds the objects that roots reach and that lead to targets, without
// passing one. It costs one or two passes over the references, and what the
// slice takes: 64 bytes an object and 12 a reference of it.
func NewSlice(ctx context.Context, tree *retain.Tree, targets graph.Bitset, opts *Options) (*Slice, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	alive := graph.NewBitset(tree.Graph().Len())
	for n := range targets.All() {
		if tree.Reachable(n) {
			alive.Add(n)
		}
	}
	_, rest := firmly(tree)
	for _, n := range rest {
		alive.Remove(n)
	}
	s, err := newSlice(ctx, tree, alive, o.Raw, o.Memory)
	if err != nil {
		return nil, err
	}
	v, err := newSurvey(s)
	return &Slice{s: s, tree: tree, opts: o, v: v}, err
}

// Alive is how many of the targets roots hold for good.
func (sl *Slice) Alive() int { return sl.s.alive }

// Find finds the places of least cost that hold targets. It fails only with the
// context's error.
func Find(ctx context.Context, tree *retain.Tree, dom *dominator.Tree, targets graph.Bitset, opts *Options) (*Answer, error) {
	s, err := NewSlice(ctx, tree, targets, opts)
	if err != nil {
		return nil, err
	}
	return s.Cut(ctx, dom)
}

// Cut finds the places of least cost that hold the targets, and counts what they
// free. One search of the heap at least, and up to one for each place.
func (sl *Slice) Cut(ctx context.Context, dom *dominator.Tree) (*Answer, error) {
	s := sl.s
	s.ctx = ctx
	retained := sl.opts.Retained
	if retained == 0 {
		retained = dom.RetainedBySet(s.targets)
	}
	v := sl.v
	if err := v.weigh(dom); err != nil {
		return nil, err
	}
	v.costs(retained)
	out := &Answer{Merged: s.over}
	if len(s.hangs) == 0 {
		return out, nil // garbage, or held by pools
	}
	found, err := s.least(ctx)
	if err != nil {
		return nil, err
	}
	out.LeastCost, out.Many = found.least, found.many
	n := &numbers{survey: v, tree: sl.tree, out: out}
	return out, n.run(found.places)
}

// least finds the set of places of least cost.
func (s *slice) least(ctx context.Context) (solution, error) {
	if !s.over {
		upper, _ := s.quotient(s.class, len(s.classes)) // every root has a place, so there is one
		return s.net.solve(ctx, upper)
	}
	m := newMergedNet(len(s.classes), s.cost)
	for _, h := range s.hangs {
		to := int32(-1)
		if n := s.g.Roots()[h.root].Node; !s.targets.Has(n) {
			to = s.class[s.number(n)]
		}
		m.root(&rootEdge{places: h.places}, to)
	}
	err := s.each(func(e edge) { m.edge(s.class[e.from], e.via, classOf(s.class, e.to)) })
	upper, _ := m.cut()
	return solution{places: upper, cost: s.net.sum(upper), many: isMany(s.net.sum(upper), upper)}, err
}
