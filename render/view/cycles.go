package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cycle"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// CycleView draws a shortest cycle of a strongly connected component with its
// references highlighted, and how a root reaches it, if one does.
func CycleView(t *dominator.Tree, paths *retain.Tree, c cycle.Component, values bool) *View {
	g := t.Graph()
	_, total := t.Total()
	b := boxes{g: g, sizes: t, values: values, v: &View{Runtime: g.Info().Runtime, Total: total, Hidden: !values}}
	entry := entryOf(paths, c)
	round := cycle.Shortest(g, c, entry)
	b.v.Title = fmt.Sprintf("%s objects refer to each other in a cycle", Count(len(c.Nodes)))
	if len(c.Nodes) == 1 {
		b.v.Title = "An object refers to itself"
	}
	_, why := cycle.Matters(g.Info().Runtime)
	facts := append([]string{Bytes(c.Retained) + " retained"}, infoFacts(g.Info())...)
	b.v.Subtitle = []string{strings.Join(facts, " · "), why}
	if !c.Reachable {
		b.v.Subtitle = append(b.v.Subtitle, "no root reaches it: garbage not yet collected")
	}
	at := b.path(paths.Path(entry, &retain.Options{Values: values}))
	if at < 0 {
		at = b.add(b.object(entry))
	}
	b.v.Nodes[at].Kind = TargetNode
	b.round(round, at)
	if rest := len(c.Nodes) - len(round); rest > 0 {
		b.v.LeftOut = append(b.v.LeftOut, fmt.Sprintf("%s more objects of the component; this is a shortest cycle in it", Count(rest)))
	}
	return b.v
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

// path adds a retaining path and returns the box of its end, or -1.
func (b *boxes) path(p retain.Path) int {
	if p.Root == nil {
		return -1
	}
	last := b.add(b.root(p.Root))
	for _, step := range p.Steps {
		n := b.object(step.Node)
		to := b.add(n)
		b.v.Edges = append(b.v.Edges, Edge{From: last, To: to, Label: step.Ref, Count: 1, Kind: step.Kind, Retained: n.Retained})
		last = to
	}
	return last
}

// cycleEnds is how many boxes of a long cycle are shown at its start and end.
const cycleEnds = 12

// round adds the references of a cycle that starts at a box.
func (b *boxes) round(cycle []graph.NodeID, start int) {
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
func (b *boxes) closing(from, to int, holder, held graph.NodeID, skipped int) {
	name, kind, _ := b.ref(holder, held)
	b.v.Edges = append(b.v.Edges, Edge{From: from, To: to, Label: name, Count: 1, Kind: kind, Retained: b.sizes.Retained(held), Cycle: true, Skipped: skipped})
}
