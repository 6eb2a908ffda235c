package ask

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cycle"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
	"github.com/refgraph/refgraph/graph/suspect"
)

// CyclesQuestion asks for reference cycles: groups of objects that all refer to
// each other.
type CyclesQuestion struct {
	Number int  // most groups; 0 is all
	Rounds bool // with a shortest cycle of each, which costs a search of the group
	Show   int  // with the picture of this group, counted from 1; 0 is none
}

// CyclesAnswer is the contract of `cycles --json`.
type CyclesAnswer struct {
	Dump   Dump    `json:"dump"`
	Harm   bool    `json:"harm"` // whether cycles do harm in this runtime
	Why    string  `json:"why"`
	Total  int     `json:"total"` // groups, shown or not
	Cycles []Cycle `json:"cycles"`

	Picture *CyclePicture `json:"-"`
}

// Cycle is one group: a strongly connected component.
type Cycle struct {
	Objects       int         `json:"objects"`
	ShallowBytes  uint64      `json:"shallow_bytes"`
	RetainedBytes uint64      `json:"retained_bytes"` // freed if all were cut
	Reachable     bool        `json:"reachable"`
	Types         []TypeCount `json:"types"`        // most frequent first
	CycleLength   int         `json:"cycle_length"` // of a shortest cycle
	Cycle         []Step      `json:"cycle"`        // its first steps; each one's reference leads to it from the step before, the first's from the last
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

// Cycles finds reference cycles, those that retain the most first. It costs the
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
		out.Picture, err = s.drawCycle(ctx, show)
		return &out, err
	})
}

func (s *Session) cycles(ctx context.Context, q CyclesQuestion) (*CyclesAnswer, error) {
	h, err := suspect.NewHeap(ctx, s.g)
	if err != nil {
		return nil, err
	}
	list, err := cycle.Find(ctx, h.Tree)
	if err != nil {
		return nil, err
	}
	out := &CyclesAnswer{Dump: newDump(s.g), Total: len(list), Cycles: []Cycle{}}
	words := lang.Of(s.g)
	out.Harm, out.Why = words.CyclesHarm, words.Cycles
	if q.Number > 0 {
		list = list[:min(q.Number, len(list))]
	}
	for _, c := range list {
		j := newCycle(s.g, c)
		if q.Rounds {
			s.addRound(&j, h, c)
		}
		out.Cycles = append(out.Cycles, j)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func newCycle(g *graph.Graph, c cycle.Component) Cycle {
	out := Cycle{Objects: len(c.Nodes), ShallowBytes: c.Bytes, RetainedBytes: c.Retained, Reachable: c.Reachable, Types: []TypeCount{}, Cycle: []Step{}}
	for _, t := range cycle.Types(g, c) {
		out.Types = append(out.Types, TypeCount{g.Types().Name(t.Type), t.Count})
	}
	return out
}

// addRound adds a shortest cycle.
func (s *Session) addRound(out *Cycle, h *suspect.Heap, c cycle.Component) {
	g := s.g
	round := cycle.Shortest(g, c, c.Nodes[0])
	out.CycleLength = len(round)
	for i, n := range round[:min(maxSteps, len(round))] {
		from := round[(i+len(round)-1)%len(round)]
		out.Cycle = append(out.Cycle, Step{
			Reference: reference(g, from, n, s.opts.Values), Object: id(g, n), Type: g.TypeName(n),
			ShallowBytes: g.Size(n), RetainedBytes: h.Tree.Retained(n),
		})
	}
}

// drawCycle draws a shortest cycle of a group with its references marked, and how
// a root reaches it, if one does.
func (s *Session) drawCycle(ctx context.Context, number int) (*CyclePicture, error) {
	h, err := suspect.NewHeap(ctx, s.g)
	if err != nil {
		return nil, err
	}
	list, err := cycle.Find(ctx, h.Tree)
	if err != nil {
		return nil, err
	}
	if number < 1 || number > len(list) {
		return nil, wrong(fmt.Sprintf("--show %d: there are %d groups with cycles", number, len(list)), "")
	}
	c := list[number-1]
	b := s.painter(h.Tree)
	entry := entryOf(h.Paths, c)
	round := cycle.Shortest(s.g, c, entry)
	at := b.path(h.Paths.Path(entry, &retain.Options{Values: s.opts.Values}))
	if at < 0 {
		at = b.add(b.object(entry))
	}
	b.p.Boxes[at].Kind = TargetBox
	b.round(round, at)
	return &CyclePicture{Picture: *b.p, Group: newCycle(s.g, c), Length: len(round)}, nil
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
