package ask

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
)

func newRoot(g *graph.Graph, r *graph.Root) Root { return Root{r.Kind.String(), g.String(r.Name)} }

// rootBox is the box of a GC root.
func rootBox(g *graph.Graph, r *graph.Root) Box { return newRootBox(r, g.String(r.Name), 1) }

// groupBox is the box of count roots of one group.
func groupBox(g *graph.Graph, r *graph.Root, count int) Box {
	return newRootBox(r, g.String(r.Group), count)
}

func newRootBox(r *graph.Root, text string, count int) Box {
	b := Box{Kind: RootBox, ID: "r-" + text, Name: text, Count: count}
	if r.Kind != graph.RootResidue { // whose name is a sentence
		b.Head, b.Name = splitRoot(text)
	}
	return b
}

// splitRoot takes the kind off a root's name: `goroutine 18`, `main.worker · s`.
func splitRoot(text string) (head, name string) {
	head, name, _ = strings.Cut(text, " ")
	if number, rest, ok := strings.Cut(name, " "); ok && number != "" && strings.Trim(number, "0123456789") == "" {
		return head + " " + number, rest
	}
	return head, name
}
