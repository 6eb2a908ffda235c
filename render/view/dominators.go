package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Dominators is the picture of a part of the dominator tree: what must be cut to
// free what. Its arrows lead from an object to those that are freed with it, which
// are not always those it refers to; an arrow has a name if it is a reference.
func Dominators(a *ask.DominatorsAnswer) *View {
	v := of(a.Picture)
	v.Title = "What must be cut to free the heap: its dominator tree"
	if a.OfObject {
		top := &a.Nodes[0]
		v.Title = fmt.Sprintf("What is freed with %s %s", Count(top.Count), top.Type)
		if top.Count == 1 {
			v.Title = "What is freed with this " + top.Type
		}
	}
	facts := append([]string{Bytes(a.RetainedBytes) + " retained"}, infoFacts(&a.Picture.Info)...)
	v.Subtitle = []string{strings.Join(facts, " · "), "each object is freed when the one above it is; dominators, not references"}
	if a.MoreCount > 0 {
		v.LeftOut = append(v.LeftOut, fmt.Sprintf("%s more objects that only the roots hold, %s", Count(a.MoreCount), Bytes(a.MoreBytes)))
	}
	return v
}

// Blocks are a dominator tree as the blocks of a treemap.
func Blocks(list []ask.Branch) []Block {
	var out []Block
	for i := range list {
		b := &list[i]
		out = append(out, Block{ID: "b-" + b.Object, Name: b.Type, Note: b.Object, Retained: b.RetainedBytes, Count: b.Count, Children: Blocks(b.Children)})
	}
	return out
}
