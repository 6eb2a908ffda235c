package ask

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

func newRoot(g *graph.Graph, r *graph.Root) Root {
	return Root{r.Kind.String(), lang.Of(g).Root(r).String()}
}

// rootBox is the box of a GC root.
func rootBox(g *graph.Graph, r *graph.Root) Box {
	b := newRootBox(lang.Of(g).Root(r), 1)
	b.Note = lang.Of(g).Note(r)
	return b
}

// groupBox is the box of count roots of one group.
func groupBox(g *graph.Graph, r *graph.Root, count int) Box {
	return newRootBox(lang.Of(g).Group(r), count)
}

func newRootBox(text lang.Text, count int) Box {
	return Box{Kind: RootBox, ID: "r-" + text.String(), Head: text.Head, Name: text.Name, Count: count}
}
