package view

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// AroundInput is what a picture of objects' neighbourhood is made from.
type AroundInput struct {
	Graph   *graph.Graph
	Sizes   *dominator.Tree // nil leaves retained sizes out
	Targets graph.Bitset
	Name    string // of the targets, for the title
	Inbound bool   // what refers to them, not what they refer to
	Values  bool

	Depth     int                       // steps from the targets; 0 means 3
	Siblings  int                       // most neighbours shown of one object; 0 means 10
	MaxNodes  int                       // see Options
	Filter    func(graph.NodeID) bool   // objects to show besides the targets; nil means all
	Highlight func(graph.NodeID) bool   // objects to emphasise; nil means none
	Note      func(graph.NodeID) string // a line more for each box; nil means none
}

// AroundView draws the objects that refer to some, or that they refer to, step
// by step: objgraph's backrefs and refs. References of all kinds are shown, those
// that do not retain dashed.
func AroundView(ctx context.Context, in AroundInput) (*View, error) {
	if in.Depth <= 0 {
		in.Depth = 3
	}
	if in.Siblings <= 0 {
		in.Siblings = 10
	}
	if in.MaxNodes <= 0 {
		in.MaxNodes = DefaultNodes
	}
	a := around{AroundInput: in, at: map[graph.NodeID]int{}, drawn: map[[2]int]bool{}}
	a.boxes = boxes{g: in.Graph, sizes: in.Sizes, values: in.Values, v: &View{Runtime: in.Graph.Info().Runtime, Hidden: !in.Values}}
	if in.Sizes != nil {
		_, a.v.Total = in.Sizes.Total()
	}
	if in.Inbound {
		var err error
		if a.back, err = in.Graph.Inbound(ctx); err != nil {
			return nil, err
		}
	}
	a.targets()
	a.words()
	for depth := 0; depth < in.Depth && len(a.front) > 0; depth++ {
		front := a.front
		a.front = nil
		for _, n := range front {
			a.spread(n)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	a.roots()
	return a.v, nil
}

// around is the state of one AroundView.
type around struct {
	AroundInput
	boxes
	back  *graph.Inbound
	at    map[graph.NodeID]int // boxes by object
	front []graph.NodeID       // objects whose neighbours come next
	drawn map[[2]int]bool
}

// targets adds the first few targets.
func (a *around) targets() {
	total := 0
	for n := range a.Targets.All() {
		if total++; total <= a.Siblings {
			i := a.show(n)
			a.v.Nodes[i].Kind = TargetNode
		}
	}
	if total > a.Siblings {
		a.v.LeftOut = append(a.v.LeftOut, fmt.Sprintf("%s more %s; refgraph paths merges them all", Count(total-a.Siblings), a.Name))
	}
}

func (a *around) words() {
	a.v.Title = "What " + a.Name + " refers to"
	if a.Inbound {
		a.v.Title = "What refers to " + a.Name
	}
	a.v.Subtitle = []string{strings.Join(append(infoFacts(a.g.Info()), fmt.Sprintf("%d steps", a.Depth)), " · ")}
}

// show adds the box of an object and queues it.
func (a *around) show(n graph.NodeID) int {
	if i, ok := a.at[n]; ok {
		return i
	}
	box := a.object(n)
	box.Emphasis = a.Highlight != nil && a.Highlight(n)
	if a.Note != nil {
		box.Note = strings.TrimPrefix(box.Note+" · "+a.Note(n), " · ")
	}
	i := a.add(box)
	a.at[n] = i
	a.front = append(a.front, n)
	return i
}

// spread adds the neighbours of one object.
func (a *around) spread(n graph.NodeID) {
	from := a.at[n]
	row := a.g.Row(n)
	if a.Inbound {
		row = a.back.Row(n)
	}
	shown, left := 0, 0
	last := graph.None
	for _, m := range row {
		if m == last || a.Filter != nil && !a.Filter(m) && !a.Targets.Has(m) {
			continue
		}
		last = m
		_, known := a.at[m]
		if !known && (shown >= a.Siblings || len(a.v.Nodes) >= a.MaxNodes) {
			left++
			continue
		}
		if !known {
			shown++
		}
		to := a.show(m)
		if a.Inbound {
			a.arrow(to, from, m, n)
		} else {
			a.arrow(from, to, n, m)
		}
	}
	if left > 0 {
		more := a.add(Node{Kind: MoreNode, ID: a.v.Nodes[from].ID + "-more", Count: left})
		e := Edge{From: from, To: more, Count: left}
		if a.Inbound {
			e.From, e.To = e.To, e.From
		}
		a.v.Edges = append(a.v.Edges, e)
	}
}

// arrow adds the references from one shown object to another.
func (a *around) arrow(from, to int, holder, held graph.NodeID) {
	if a.drawn[[2]int{from, to}] {
		return
	}
	a.drawn[[2]int{from, to}] = true
	e := Edge{From: from, To: to, Cycle: from == to}
	for i, n := range a.g.Row(holder) {
		if n != held {
			continue
		}
		if e.Count++; e.Count == 1 {
			e.Label, e.Kind = a.g.Detail().RefName(holder, i, a.values), a.g.RefKind(holder, i)
		}
	}
	if a.sizes != nil {
		e.Retained = a.sizes.Retained(held)
	}
	a.v.Edges = append(a.v.Edges, e)
}

// roots adds the roots that hold what is shown, of inbound pictures.
func (a *around) roots() {
	if !a.Inbound {
		return
	}
	seen := map[string]int{}
	for i := range a.g.Roots() {
		r := &a.g.Roots()[i]
		to, ok := a.at[r.Node]
		if !ok {
			continue
		}
		box := a.root(r)
		from, ok := seen[box.ID]
		if !ok {
			from = a.add(box)
			seen[box.ID] = from
		}
		if !a.drawn[[2]int{from, to}] {
			a.drawn[[2]int{from, to}] = true
			a.v.Edges = append(a.v.Edges, Edge{From: from, To: to, Label: a.g.String(r.Ref), Count: 1, Kind: r.Via})
		}
	}
}
