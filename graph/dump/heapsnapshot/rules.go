package heapsnapshot

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// applyRules makes references that DevTools does not count as retaining ones such:
// what the global objects or the document reach, by anything but weak references,
// belongs to the page, and what does not belong to it (debugger, embedder, V8's own
// roots) does not retain it. Weak references, shortcuts and the tables of WeakMaps
// are dealt with where they are read; references of an object to itself retain
// nothing anyway.
func (r *reader) applyRules(ctx context.Context) error {
	edges, err := newEdgeReader(r).row(r.root)
	if err != nil {
		return err
	}
	page := graph.NewBitset(r.g.Len())
	var stack []graph.NodeID
	for _, e := range edges {
		if e.kind == edgeShortcut || e.kind == edgeElement && r.isGroup(e.to) && r.nodeName(e.to) == documentTrees {
			page.Add(e.to)
			stack = append(stack, e.to)
		}
	}
	if len(stack) == 0 {
		return nil // no page: everything counts
	}
	r.user = true
	for steps := 0; len(stack) > 0; steps++ {
		if steps%(1<<18) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		plain := r.g.Plain(n)
		for i, to := range r.g.Row(n) {
			if page.Has(to) || !plain && !r.g.RefKind(n, i).Retains() && label(r.g.Label(n, i)) != labelPairTable {
				continue
			}
			page.Add(to)
			stack = append(stack, to)
		}
	}
	others := 0
	for n := range graph.NodeID(r.g.Len()) {
		if page.Has(n) || n == r.root {
			continue
		}
		for i, to := range r.g.Row(n) {
			if page.Has(to) && r.g.RefKind(n, i).Retains() {
				r.b.SetKind(n, i, refOther)
				others++
			}
		}
	}
	r.b.Info().Facts = append(r.b.Info().Facts, graph.Fact{Name: "references from outside the page", Value: fmt.Sprintf("%d, which do not count, as in DevTools", others)})
	return nil
}

// documentTrees is V8's name for the root of a page's document.
const documentTrees = "(Document DOM trees)"

// refOther is a reference to an object of the page from what does not belong to it.
const refOther = graph.Weak

// isGroup reports whether a node is no object but a group of roots.
func (r *reader) isGroup(n graph.NodeID) bool {
	return r.kind[n] == nodeSynthetic && r.g.Size(n) == 0
}

func (r *reader) nodeName(n graph.NodeID) string { return r.f.strings.get(r.name[n]) }
