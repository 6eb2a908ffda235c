package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// DominatorView draws a part of the dominator tree: what must be cut to free
// what. Its arrows lead from an object to those that are freed with it, which
// are not always those it refers to; an arrow has a name if it is a reference.
// Paths names the roots of what only roots hold; nil leaves them out.
func DominatorView(t *dominator.Tree, paths *retain.Tree, top *dominator.Branch, values bool) *View {
	g := t.Graph()
	_, total := t.Total()
	b := boxes{g: g, sizes: t, values: values, v: &View{Runtime: g.Info().Runtime, Total: total, Hidden: !values}}
	b.v.Title = "What must be cut to free the heap: its dominator tree"
	if top.Node != graph.None {
		b.v.Title = fmt.Sprintf("What is freed with %s %s", Count(top.Count), g.TypeName(top.Node))
		if top.Count == 1 {
			b.v.Title = "What is freed with this " + g.TypeName(top.Node)
		}
	}
	facts := append([]string{Bytes(top.Retained) + " retained"}, infoFacts(g.Info())...)
	b.v.Subtitle = []string{strings.Join(facts, " · "), "each object is freed when the one above it is; dominators, not references"}
	if top.Node == graph.None {
		for _, c := range top.Children {
			at := len(b.v.Nodes)
			b.branch(c, -1)
			b.held(paths, at, c.Node, c.Count)
		}
		if top.More > 0 {
			b.v.LeftOut = append(b.v.LeftOut, fmt.Sprintf("%s more objects that only the roots hold, %s", Count(top.More), Bytes(top.MoreSize)))
		}
		return b.v
	}
	b.branch(top, -1)
	b.v.Nodes[0].Kind = TargetNode
	return b.v
}

// moreShare is the least part of the heap that is worth a box for what is not
// shown.
const moreShare = 0.002

// branch adds a place of the tree with all below it.
func (b *boxes) branch(x *dominator.Branch, parent int) {
	n := b.object(x.Node)
	n.Count, n.Shallow, n.Retained = x.Count, x.Shallow, x.Retained
	if x.Count > 1 {
		n.Note = ""
	}
	at := b.add(n)
	if parent >= 0 {
		b.v.Edges = append(b.v.Edges, Edge{From: parent, To: at, Count: x.Count, Retained: x.Retained, Label: b.heldBy(x.Node, x.Nodes)})
	}
	for _, c := range x.Children {
		b.branch(c, at)
	}
	if x.More > 0 && float64(x.MoreSize) >= moreShare*float64(b.v.Total) {
		more := b.add(b.more(at, x.More, x.MoreSize))
		b.v.Edges = append(b.v.Edges, Edge{From: at, To: more, Count: x.More, Retained: x.MoreSize})
	}
}

// heldBy names the references from an object's dominator to it. Of several
// objects it is the pattern of their names, if the first, the middle and the
// last agree.
func (b *boxes) heldBy(n graph.NodeID, all []graph.NodeID) string {
	label := b.fromDominator(n)
	if len(all) < 2 {
		return label
	}
	label = retain.Pattern(label)
	for _, m := range []graph.NodeID{all[0], all[len(all)/2], all[len(all)-1]} {
		if retain.Pattern(b.fromDominator(m)) != label {
			return ""
		}
	}
	return label
}

// fromDominator names the references from an object's dominator to it, through
// the insides of containers; "" if other objects are on the way.
func (b *boxes) fromDominator(n graph.NodeID) string {
	var parts []string
	for {
		d := b.sizes.Idom(n)
		if d == graph.None {
			return ""
		}
		name, _, ok := b.ref(d, n)
		if !ok {
			return ""
		}
		parts = append(parts, name)
		if !b.g.Internal(d) || b.sizes.Idom(d) == graph.None {
			slices.Reverse(parts)
			return strings.Join(parts, "")
		}
		n = d
	}
}
