package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Growth is the picture of where the heap grew from one dump to the next, down the
// dominator trees read by type, of an [ask.DiffAnswer] that was asked for it.
func Growth(a *ask.DiffAnswer) *View {
	p := a.Picture
	v := of(&p.Picture)
	v.Frees = true
	word := "grew"
	if p.Total < p.OldTotal {
		word = "shrank"
	}
	v.Title = fmt.Sprintf("The heap %s from %s to %s", word, Bytes(p.OldTotal), Bytes(p.Total))
	v.Subtitle = []string{
		strings.Join(append([]string{"since " + p.OldName}, infoFacts(&p.Info)...), " · "),
		"each object is freed when the one above it is; what grew, by type",
	}
	for i := range p.Boxes {
		if b := &p.Boxes[i]; b.Kind != ask.RootBox {
			v.Nodes[i].Note = before(b)
		}
	}
	if p.LeftOut > 0 {
		v.LeftOut = append(v.LeftOut, MoreTypes(p.LeftOut)+" grew, by less")
	}
	return v
}

// before says how many objects there were.
func before(b *ask.Box) string {
	s := Count(b.Before) + " before"
	switch more := b.Count - b.Before; {
	case more > 0:
		s += ", " + Count(more) + " more"
	case more < 0:
		s += ", " + Count(-more) + " fewer"
	}
	return s
}
