package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	heapdiff "github.com/refgraph/refgraph/graph/diff"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// GrowthView draws where the heap grew from one dump to the next, down the
// dominator trees read by type.
// Paths, of the new dump, names the roots; nil leaves them out.
func GrowthView(old, new *dominator.Tree, paths *retain.Tree, root *heapdiff.Growth) *View {
	g := new.Graph()
	_, before := old.Total()
	_, after := new.Total()
	b := boxes{g: g, sizes: new, v: &View{Runtime: g.Info().Runtime, Total: after, Hidden: true}}
	word := "grew"
	if after < before {
		word = "shrank"
	}
	b.v.Title = fmt.Sprintf("The heap %s from %s to %s", word, Bytes(before), Bytes(after))
	b.v.Subtitle = []string{
		strings.Join(append([]string{"since " + old.Graph().Info().Name}, infoFacts(g.Info())...), " · "),
		"each object is freed when the one above it is; what grew, by type",
	}
	for _, c := range root.Children {
		at := len(b.v.Nodes)
		b.growth(c, -1)
		if c.Node != graph.None {
			b.held(paths, at, c.Node, c.New.Count)
		}
	}
	if root.LeftOut > 0 {
		b.v.LeftOut = append(b.v.LeftOut, fmt.Sprintf("%s more types grew, by less", Count(root.LeftOut)))
	}
	return b.v
}

func (b *boxes) growth(x *heapdiff.Growth, parent int) {
	n := Node{Kind: ObjectNode, Head: x.Name, Count: x.New.Count, Shallow: x.New.Bytes, Retained: x.New.Retained, Sized: true}
	if x.Node != graph.None {
		n = b.object(x.Node)
		n.Count, n.Shallow, n.Retained = x.New.Count, x.New.Bytes, x.New.Retained
	}
	more, _, retained := x.Grown()
	n.Growth = retained
	n.Note = Count(x.Old.Count) + " before"
	switch {
	case more > 0:
		n.Note += ", " + Count(more) + " more"
	case more < 0:
		n.Note += ", " + Count(-more) + " fewer"
	}
	at := b.add(n)
	if parent >= 0 && x.Node != graph.None {
		b.v.Edges = append(b.v.Edges, Edge{From: parent, To: at, Label: b.heldBy(x.Node, x.Nodes()), Count: max(1, x.New.Count), Retained: x.New.Retained})
	}
	for _, c := range x.Children {
		b.growth(c, at)
	}
}
