package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// AroundQuestion asks for the neighbourhood of objects: what refers to them, or
// what they refer to.
type AroundQuestion struct {
	Type, Object string // the objects: a type's name or glob, or one object
	Inbound      bool   // what refers to them
	Depth        int    // steps from them; 0 is 3
	Siblings     int    // most neighbours of one object; 0 is 10
	Nodes        int    // most objects; 0 is 60
	Filter       string // show only objects of these types
	Highlight    string // emphasise objects of these types
}

// AroundAnswer is the neighbourhood of objects. As JSON it is written by
// view.JSON, as the picture that it is.
type AroundAnswer struct {
	Name    string // of the objects
	Inbound bool
	Depth   int
	More    int // objects that were asked about and are not shown
	Picture *Picture
}

// Backrefs answers what refers to objects, step by step, with references of all
// kinds and the roots. It costs the reverse rows.
func (s *Session) Backrefs(ctx context.Context, q AroundQuestion) (*AroundAnswer, error) {
	q.Inbound = true
	return s.around(ctx, q)
}

// Refs answers what objects refer to, step by step, with references of all kinds.
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
		for depth := 0; depth < a.q.Depth && len(a.front) > 0; depth++ {
			front := a.front
			a.front = nil
			for _, n := range front {
				a.spread(n)
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		if q.Inbound {
			a.holders()
		}
		return &AroundAnswer{Name: a.name, Inbound: q.Inbound, Depth: a.q.Depth, More: a.more, Picture: a.p}, nil
	})
}

// around is the state of one question.
type around struct {
	painter
	q         AroundQuestion
	name      string
	targets   graph.Bitset
	more      int
	filter    func(graph.NodeID) bool // nil for all
	highlight func(graph.NodeID) bool // nil for none
	back      *graph.Inbound
	at        map[graph.NodeID]int // boxes by object
	front     []graph.NodeID       // objects whose neighbours come next
	drawn     map[[2]int]bool
}

func (s *Session) newAround(ctx context.Context, q AroundQuestion) (a *around, err error) {
	a = &around{q: q, at: map[graph.NodeID]int{}, drawn: map[[2]int]bool{}}
	for _, d := range []struct {
		v    *int
		zero int
	}{{&a.q.Depth, 3}, {&a.q.Siblings, 10}, {&a.q.Nodes, 60}} {
		if *d.v <= 0 {
			*d.v = d.zero
		}
	}
	if a.targets, a.name, err = pick(s.g, q.Type, q.Object); err != nil {
		return nil, err
	}
	if a.filter, err = ofTypes(s.g, q.Filter); err != nil {
		return nil, err
	}
	if a.highlight, err = ofTypes(s.g, q.Highlight); err != nil {
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
	for n := range a.targets.All() {
		if len(a.at) == a.q.Siblings {
			a.more = a.targets.Len() - len(a.at)
			break
		}
		a.p.Boxes[a.show(n)].Kind = TargetBox
	}
	return a, nil
}

// show adds the box of an object and queues it.
func (a *around) show(n graph.NodeID) int {
	if i, ok := a.at[n]; ok {
		return i
	}
	box := a.object(n)
	box.Emphasis = a.highlight != nil && a.highlight(n)
	i := a.add(box)
	a.at[n] = i
	a.front = append(a.front, n)
	return i
}

// spread adds the neighbours of one object.
func (a *around) spread(n graph.NodeID) {
	from := a.at[n]
	row := a.g.Row(n)
	if a.q.Inbound {
		row = a.back.Row(n)
	}
	shown, left := 0, 0
	last := graph.None
	for _, m := range row {
		if m == last || a.filter != nil && !a.filter(m) && !a.targets.Has(m) {
			continue
		}
		last = m
		_, known := a.at[m]
		if !known && (shown >= a.q.Siblings || len(a.p.Boxes) >= a.q.Nodes) {
			left++
			continue
		}
		if !known {
			shown++
		}
		to := a.show(m)
		if a.q.Inbound {
			a.references(to, from, m, n)
		} else {
			a.references(from, to, n, m)
		}
	}
	if left > 0 {
		more := a.add(Box{Kind: MoreBox, ID: a.p.Boxes[from].ID + "-more", Count: left})
		if a.q.Inbound {
			from, more = more, from
		}
		a.arrow(Arrow{From: from, To: more, Count: left})
	}
}

// references adds the references from one shown object to another.
func (a *around) references(from, to int, holder, held graph.NodeID) {
	if a.drawn[[2]int{from, to}] {
		return
	}
	a.drawn[[2]int{from, to}] = true
	e := Arrow{From: from, To: to, Cycle: from == to, Retained: a.sizes.Retained(held)}
	for i, n := range a.g.Row(holder) {
		if n != held {
			continue
		}
		if e.Count++; e.Count == 1 {
			e.Label, e.Kind = a.g.Detail().RefName(holder, i, a.s.opts.Values), a.g.RefKind(holder, i)
		}
	}
	a.arrow(e)
}

// holders adds the roots that hold what is shown.
func (a *around) holders() {
	for i := range a.g.Roots() {
		r := &a.g.Roots()[i]
		to, ok := a.at[r.Node]
		if !ok {
			continue
		}
		box := rootBox(a.g, r)
		from, ok := a.roots[box.ID]
		if !ok {
			from = a.add(box)
			a.roots[box.ID] = from
		}
		if !a.drawn[[2]int{from, to}] {
			a.drawn[[2]int{from, to}] = true
			a.arrow(Arrow{From: from, To: to, Label: a.g.String(r.Ref), Count: 1, Kind: r.Via})
		}
	}
}
