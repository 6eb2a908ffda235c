package view

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Dominators is the picture of a part of the dominator tree: what must be cut to
// free what. Its arrows lead from an object to those that are freed with it, which
// are not always those it refers to; an arrow has a name if it is a reference.
func Dominators(a *ask.DominatorsAnswer) *View {
	v := of(a.Picture)
	for i := range v.Nodes {
		if n := &v.Nodes[i]; n.Kind == RootNode && n.Sized {
			n.Note = "frees " + Bytes(n.Retained) + " (" + Percent(Share(n.Retained, v.Total)) + ")"
			if n.ID == "r-several" {
				n.Joint, n.Note = true, Bytes(n.Retained)+" ("+Percent(Share(n.Retained, v.Total))+")"
			}
		}
	}
	v.Frees = true
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
	if a.Cut != nil {
		v.Verdict = Verdict(a.Cut, a.CutRetained)
		if !a.OfObject {
			v.Subtitle = append(v.Subtitle, "to cut first: "+a.CutOf)
		}
	}
	if a.MoreCount > 0 {
		v.LeftOut = append(v.LeftOut, fmt.Sprintf("%s more objects, %s", Count(a.MoreCount), Bytes(a.MoreBytes)))
	}
	return v
}

// Blocks are a dominator tree as the blocks of a treemap.
func Blocks(list []ask.Branch) []Block {
	var out []Block
	for i := range list {
		b := &list[i]
		name := b.Type
		if b.Root != nil {
			name = b.Root.Name
		}
		out = append(out, Block{ID: "b-" + cmp.Or(b.Object, name), Name: name, Note: b.Object, Retained: b.RetainedBytes, Count: b.Count, Children: Blocks(b.Children)})
	}
	return out
}
