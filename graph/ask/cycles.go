package ask

import (
	"context"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cycle"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
	"github.com/refgraph/refgraph/graph/suspect"
)

// CyclesQuestion asks for reference cycles: groups of objects that all refer to
// each other. Groups of one shape are one answer.
type CyclesQuestion struct {
	Type   string // only groups with an object of such a type; "" is all
	Number int    // most shapes; 0 is all
	Rounds bool   // with a shortest cycle of each, which costs a search of the group
	Show   int    // with the picture of a group of this shape, counted from 1; 0 is none
}

// CyclesAnswer is the contract of `cycles --json`.
type CyclesAnswer struct {
	Dump   Dump    `json:"dump"`
	Harm   bool    `json:"harm"` // whether cycles do harm in this runtime
	Why    string  `json:"why"`
	Total  int     `json:"total"`  // groups, shown or not
	Shapes int     `json:"shapes"` // of those groups, shown or not
	Cycles []Cycle `json:"cycles"`

	Picture *CyclePicture `json:"-"`
}

// Cycle is the groups of one shape, told by the one that retains the most: a
// strongly connected component.
type Cycle struct {
	Groups           int         `json:"groups"`
	AllObjects       int         `json:"all_objects"` // of all groups
	AllRetainedBytes uint64      `json:"all_retained_bytes"`
	Objects          int         `json:"objects"` // of the one
	ShallowBytes     uint64      `json:"shallow_bytes"`
	RetainedBytes    uint64      `json:"retained_bytes"` // freed if all of it were cut
	Reachable        bool        `json:"reachable"`
	Types            []TypeCount `json:"types"`        // most frequent first
	CycleLength      int         `json:"cycle_length"` // of a shortest cycle, without containers' insides
	Cycle            []Step      `json:"cycle"`        // its first steps; each one's reference leads to it from the step before, the first's from the last
}

// TypeCount is how many objects have a type.
type TypeCount struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

// CyclePicture is a shortest cycle of one group, and how a root reaches it.
type CyclePicture struct {
	Picture
	Group  Cycle // without its cycle
	Length int   // of the cycle
}

// maxSteps is how many steps of a cycle are in an answer: a ring may have millions.
const maxSteps = 100

// Cycles finds reference cycles, the shapes that retain the most first. What leads
// through the program itself (classes, modules, functions) is left out. It costs the
// dominator tree and a search of the heap.
func (s *Session) Cycles(ctx context.Context, q CyclesQuestion) (*CyclesAnswer, error) {
	return answer(ctx, s, func(ctx context.Context) (*CyclesAnswer, error) {
		show := q.Show
		q.Show = 0
		a, err := remember(ctx, s, q, func(ctx context.Context) (*CyclesAnswer, error) { return s.cycles(ctx, q) })
		if err != nil || show == 0 {
			return a, err
		}
		out := *a
		out.Picture, err = s.drawCycle(ctx, q.Type, show)
		return &out, err
	})
}

func (s *Session) cycles(ctx context.Context, q CyclesQuestion) (*CyclesAnswer, error) {
	h, shapes, total, err := s.shapes(ctx, q.Type)
	if err != nil {
		return nil, err
	}
	out := &CyclesAnswer{Dump: newDump(s.g), Total: total, Shapes: len(shapes), Cycles: []Cycle{}}
	words := lang.Of(s.g)
	out.Harm, out.Why = words.CyclesHarm, words.Cycles
	if q.Number > 0 {
		shapes = shapes[:min(q.Number, len(shapes))]
	}
	for i := range shapes {
		j := newCycle(s.g, &shapes[i])
		if q.Rounds {
			s.addRound(&j, h, shapes[i].Components[0])
		}
		out.Cycles = append(out.Cycles, j)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shapes are the groups by shape, and how many groups there are; those with an
// object of a type, if one is named.
func (s *Session) shapes(ctx context.Context, typ string) (*suspect.Heap, []cycle.Shape, int, error) {
	wanted, err := s.ofTypes(typ)
	if err != nil {
		return nil, nil, 0, err
	}
	h, err := suspect.NewHeap(ctx, s.g)
	if err != nil {
		return nil, nil, 0, err
	}
	skip := cycle.Program(s.g)
	if skip != nil && wanted != nil {
		program := skip
		skip = func(n graph.NodeID) bool { return program(n) && !wanted(n) } // who asks for classes gets them
	}
	list, err := cycle.Find(ctx, h.Tree, skip)
	if err != nil {
		return nil, nil, 0, err
	}
	if wanted != nil {
		list = slices.DeleteFunc(list, func(c cycle.Component) bool { return !slices.ContainsFunc(c.Nodes, wanted) })
	}
	return h, cycle.Shapes(h.Tree, list), len(list), nil
}

func newCycle(g *graph.Graph, s *cycle.Shape) Cycle {
	c := s.Components[0]
	out := Cycle{
		Groups: len(s.Components), AllObjects: s.Objects, AllRetainedBytes: s.Retained,
		Objects: len(c.Nodes), ShallowBytes: c.Bytes, RetainedBytes: c.Retained, Reachable: c.Reachable, Types: []TypeCount{}, Cycle: []Step{},
	}
	for _, t := range cycle.Types(g, c) {
		out.Types = append(out.Types, TypeCount{g.Types().Name(t.Type), t.Count})
	}
	return out
}

// addRound adds a shortest cycle, from the object that is nearest to a root on.
// Containers' insides on it are told by the reference that a person would write,
// unless there is nothing else on it: a list of Go is a ring of its elements.
func (s *Session) addRound(out *Cycle, h *suspect.Heap, c cycle.Component) {
	g := s.g
	round := cycle.Shortest(g, c, startOf(g, h.Paths, c))
	own := !slices.ContainsFunc(round[1:], func(n graph.NodeID) bool { return !g.Internal(n) })
	inside := "" // how the references through insides are written so far
	last := 0
	for i := range round {
		at := (i + 1) % len(round) // the start comes last, when the way to it is known
		r := reference(g, round[i], round[at], s.opts.Values)
		r.Name = inside + r.Name
		if g.Internal(round[at]) && at != 0 && !own {
			inside = r.Name
			continue
		}
		inside = ""
		step := Step{Reference: r, Object: id(g, round[at]), Type: g.TypeName(round[at]), ShallowBytes: g.Size(round[at]), RetainedBytes: h.Tree.Retained(round[at])}
		if at == 0 {
			out.Cycle = append([]Step{step}, out.Cycle...)
		} else if last++; last < maxSteps {
			out.Cycle = append(out.Cycle, step)
		}
	}
	out.CycleLength = last + 1
}

// startOf is the object nearest to a root, or of those that people know.
func startOf(g *graph.Graph, paths *retain.Tree, c cycle.Component) graph.NodeID {
	n := entryOf(paths, c)
	if !g.Internal(n) {
		return n
	}
	if i := slices.IndexFunc(c.Nodes, func(n graph.NodeID) bool { return !g.Internal(n) }); i >= 0 {
		return c.Nodes[i]
	}
	return n
}

// drawCycle draws a shortest cycle of a group with its references marked, and how
// a root reaches it, if one does.
func (s *Session) drawCycle(ctx context.Context, typ string, number int) (*CyclePicture, error) {
	h, list, _, err := s.shapes(ctx, typ)
	if err != nil {
		return nil, err
	}
	if number < 1 || number > len(list) {
		return nil, wrong(fmt.Sprintf("--show %d: there are %d shapes of cycles", number, len(list)), "")
	}
	c := list[number-1].Components[0]
	b := s.painter(h.Tree)
	entry := entryOf(h.Paths, c)
	round := cycle.Shortest(s.g, c, entry)
	at := b.path(h.Paths.Path(entry, &retain.Options{Values: s.opts.Values}))
	if at < 0 {
		at = b.add(b.object(entry))
	}
	b.p.Boxes[at].Kind = TargetBox
	b.round(round, at)
	return &CyclePicture{Picture: *b.p, Group: newCycle(s.g, &list[number-1]), Length: len(round)}, nil
}

// entryOf is the object of a component that is nearest to a root.
func entryOf(paths *retain.Tree, c cycle.Component) graph.NodeID {
	in := make(map[graph.NodeID]bool, len(c.Nodes))
	for _, n := range c.Nodes {
		in[n] = true
	}
	n := c.Nodes[0]
	for up, ok := paths.Holder(n); ok; up, ok = paths.Holder(up) {
		if in[up] {
			n = up
		}
	}
	return n
}

// cycleEnds is how many boxes of a long cycle are shown at its start and end.
const cycleEnds = 12

// round adds the references of a cycle that starts at a box.
func (b *painter) round(cycle []graph.NodeID, start int) {
	last, skipped := start, 0
	for i, n := range cycle {
		if i == 0 {
			continue
		}
		if i >= cycleEnds && i < len(cycle)-cycleEnds {
			skipped++
			continue
		}
		to := b.add(b.object(n))
		b.closing(last, to, cycle[i-1], n, skipped)
		last, skipped = to, 0
	}
	if len(cycle) > 0 {
		b.closing(last, start, cycle[len(cycle)-1], cycle[0], 0)
	}
}

// closing adds one reference of a cycle.
func (b *painter) closing(from, to int, holder, held graph.NodeID, skipped int) {
	name, kind, _ := b.ref(holder, held)
	b.arrow(Arrow{From: from, To: to, Label: name, Count: 1, Kind: kind, Retained: b.sizes.Retained(held), Cycle: true, Skipped: skipped})
}
