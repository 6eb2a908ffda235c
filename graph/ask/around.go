package ask

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// AroundQuestion asks for the neighbourhood of objects: what refers to them, or
// what they refer to.
type AroundQuestion struct {
	Type, Object string // the objects: a type's name or glob, or one object
	Inbound      bool   // what refers to them
	Depth        int    // steps from them; 0 is 3
	Siblings     int    // most groups of neighbours of one group; 0 is 10
	Nodes        int    // most boxes; 0 is 60
	Filter       string // show only objects of these types
	Highlight    string // emphasise objects of these types
	Raw          bool   // do not fold containers' insides
}

// AroundAnswer is the neighbourhood of objects: neighbours of one type that are
// referred to by the same reference are one box, with exact counts. As JSON it is
// written by view.JSON, as the picture that it is.
type AroundAnswer struct {
	Name    string // of the objects
	Count   int    // objects that were asked about
	Dead    int    // those of them that no root reaches
	Inbound bool
	Depth   int
	Picture *Picture
}

// Backrefs answers what refers to objects, step by step, with references of all
// kinds and the roots. It costs the reverse rows, and the rows of all that is near.
func (s *Session) Backrefs(ctx context.Context, q AroundQuestion) (*AroundAnswer, error) {
	q.Inbound = true
	return s.around(ctx, q)
}

// Refs answers what objects refer to, step by step, with references of all kinds.
// It costs the rows of all that is near.
func (s *Session) Refs(ctx context.Context, q AroundQuestion) (*AroundAnswer, error) {
	q.Inbound = false
	return s.around(ctx, q)
}

func (s *Session) around(ctx context.Context, q AroundQuestion) (*AroundAnswer, error) {
	return answer(ctx, s, func(ctx context.Context) (*AroundAnswer, error) {
		a, err := s.newAround(ctx, q)
		if err != nil {
			return nil, err
		}
		out := &AroundAnswer{Name: a.name, Inbound: q.Inbound, Depth: a.q.Depth}
		for _, b := range a.bunches {
			out.Count += len(b.members)
			if b.dead {
				out.Dead += len(b.members)
			}
		}
		for depth := 0; depth < a.q.Depth && len(a.front) > 0; depth++ {
			front := a.front
			a.front = nil
			for _, b := range front {
				if err := a.spread(ctx, b); err != nil {
					return nil, err
				}
			}
		}
		if q.Inbound {
			a.holders()
		}
		out.Picture = a.p
		return out, nil
	})
}

// bunch is objects that are one box.
type bunch struct {
	members []graph.NodeID
	dead    bool // no root reaches them
	shown   bool // it has a box
	box     int
}

// around is the state of one question.
type around struct {
	painter
	q         AroundQuestion
	name      string
	filter    func(graph.NodeID) bool // nil for all
	highlight func(graph.NodeID) bool // nil for none
	back      *graph.Inbound
	labels    *retain.Labels
	at        []int32 // by object: its bunch, counted from 1; 0 for none
	bunches   []*bunch
	front     []int // bunches whose neighbours come next
}

func (s *Session) newAround(ctx context.Context, q AroundQuestion) (a *around, err error) {
	a = &around{q: q, labels: retain.NewLabels(s.g), at: make([]int32, s.g.Len())}
	for _, d := range []struct {
		v    *int
		zero int
	}{{&a.q.Depth, 3}, {&a.q.Siblings, 10}, {&a.q.Nodes, 60}} {
		if *d.v <= 0 {
			*d.v = d.zero
		}
	}
	var targets graph.Bitset
	if targets, a.name, err = s.pick(q.Type, q.Object); err != nil {
		return nil, err
	}
	if a.filter, err = s.ofTypes(q.Filter); err != nil {
		return nil, err
	}
	if a.highlight, err = s.ofTypes(q.Highlight); err != nil {
		return nil, err
	}
	sizes, err := dominator.Compute(ctx, s.g)
	if err != nil {
		return nil, err
	}
	if q.Inbound {
		if a.back, err = s.g.Inbound(ctx); err != nil {
			return nil, err
		}
	}
	a.painter = *s.painter(sizes)
	return a, a.targets(ctx, targets)
}

// targets makes a box of the objects that are asked about, and another of those
// that are dead.
func (a *around) targets(ctx context.Context, set graph.Bitset) error {
	live, dead := &bunch{}, &bunch{dead: true}
	for n := range set.All() {
		if a.isDead(n) {
			dead.members = append(dead.members, n)
		} else {
			live.members = append(live.members, n)
		}
	}
	for _, b := range []*bunch{live, dead} {
		if len(b.members) == 0 {
			continue
		}
		a.show(b)
		box := &a.p.Boxes[b.box]
		box.Kind, box.Head = TargetBox, a.name
		if b == live && len(b.members) > 1 {
			var err error
			if _, box.Retained, err = a.sizes.Freed(ctx, set); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *around) isDead(n graph.NodeID) bool { return !a.sizes.Reachable(n) }

// deadNote marks what no root reaches.
const deadNote = "dead: no root reaches it"

// show adds the box of a bunch and queues it.
func (a *around) show(b *bunch) {
	first := b.members[0]
	box := a.object(first)
	if len(b.members) > 1 {
		box.Count, box.Shallow, box.Note = len(b.members), 0, ""
		for _, n := range b.members {
			box.Shallow += a.g.Size(n)
		}
		box.Retained = a.sizes.RetainedBy(b.members)
	}
	if b.dead {
		box.Note, box.Sized = deadNote, false
	}
	box.Emphasis = a.highlight != nil && a.highlight(first)
	b.box, b.shown = a.add(box), true
	a.bunches = append(a.bunches, b)
	for _, n := range b.members {
		a.at[n] = int32(len(a.bunches))
	}
	a.front = append(a.front, len(a.bunches)-1)
}

// spread adds the neighbours of one bunch: those that live first, then those with
// the most references.
func (a *around) spread(ctx context.Context, index int) error {
	near := a.bunches[index]
	t, err := a.ties(ctx, int32(index+1))
	if err != nil {
		return err
	}
	name := func(c *candidate) string { return a.g.Types().Name(c.typ) }
	slices.SortStableFunc(t.found, func(x, y *candidate) int {
		return cmp.Or(compareBool(x.dead, y.dead), compareBool(x.kind.Collectable(), y.kind.Collectable()),
			cmp.Compare(y.refs, x.refs), strings.Compare(name(x), name(y)))
	})
	left, refs := 0, 0
	var types []string
	for i, c := range t.found {
		if i < a.q.Siblings && len(a.p.Boxes) < a.q.Nodes {
			a.show(&c.bunch)
			continue
		}
		left, refs, types = left+len(c.members), refs+c.refs, append(types, name(c))
	}
	for _, e := range t.list {
		if e.far.shown {
			a.tied(near, e)
		}
	}
	if left > 0 {
		a.rest(near, left, refs, types)
	}
	return nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// tied adds the arrow of a tie.
func (a *around) tied(near *bunch, t *tie) {
	from, to := near, t.far
	if a.q.Inbound {
		from, to = t.far, near
	}
	e := Arrow{From: from.box, To: to.box, Label: a.labels.Text(t.key.pattern), Count: t.count, Kind: t.key.kind, Retained: a.p.Boxes[to.box].Retained}
	if t.count == 1 && !t.folded {
		e.Label = a.g.Detail().RefName(t.holder, t.slot, a.s.opts.Values)
	}
	e.Cycle = from == to && len(from.members) == 1
	a.arrow(e)
}

// rest adds the box of what there is no room for.
func (a *around) rest(near *bunch, objects, refs int, types []string) {
	slices.Sort(types)
	types = slices.Compact(types)
	head := strings.Join(types[:min(len(types), 2)], ", ")
	if len(types) > 2 {
		head += ", …"
	}
	from, to := near.box, a.add(Box{Kind: MoreBox, ID: a.p.Boxes[near.box].ID + "-more", Head: head, Count: objects})
	if a.q.Inbound {
		from, to = to, from
	}
	a.arrow(Arrow{From: from, To: to, Count: refs})
}

// holders adds the roots that hold what is shown, those of one group as one.
func (a *around) holders() {
	type key struct {
		group string
		to    int
	}
	type held struct {
		first *graph.Root
		count int
		to    int
	}
	var list []*held
	known := map[key]*held{}
	for i := range a.g.Roots() {
		r := &a.g.Roots()[i]
		if int(r.Node) >= len(a.at) || a.at[r.Node] == 0 {
			continue
		}
		k := key{groupBox(a.g, r, 1).ID, a.bunches[a.at[r.Node]-1].box}
		h, ok := known[k]
		if !ok {
			h = &held{first: r, to: k.to}
			known[k] = h
			list = append(list, h)
		}
		h.count++
	}
	for _, h := range list {
		box := rootBox(a.g, h.first)
		if h.count > 1 {
			box = groupBox(a.g, h.first, h.count)
		}
		from, ok := a.roots[box.ID]
		if !ok {
			from = a.add(box)
			a.roots[box.ID] = from
		}
		a.p.Boxes[from].Count = max(a.p.Boxes[from].Count, h.count)
		label := a.g.String(h.first.Ref)
		if h.count > 1 {
			label = retain.Pattern(label)
		}
		a.arrow(Arrow{From: from, To: h.to, Label: label, Count: h.count, Kind: h.first.Via, Retained: a.p.Boxes[h.to].Retained})
	}
}
