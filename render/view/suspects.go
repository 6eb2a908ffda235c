package view

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	leak "github.com/refgraph/refgraph/graph/suspect"
)

// SuspectView draws one leak suspect: the path from its root to where memory
// accumulates, the reference to cut, and what comes together there.
func SuspectView(ctx context.Context, h *leak.Heap, s *leak.Suspect, values bool) (*View, error) {
	g := h.Graph
	_, total := h.Tree.Total()
	b := boxes{g: g, sizes: h.Tree, values: values, v: &View{Runtime: g.Info().Runtime, Total: total, Hidden: !values}}
	b.v.Title = fmt.Sprintf("Suspect: %s", s.Reason)
	b.v.Subtitle = []string{
		strings.Join(append([]string{Bytes(s.Retained) + " retained", Percent(s.Share) + " of the reachable heap"}, infoFacts(g.Info())...), " · "),
		"usual fix: " + s.Hint,
	}
	last := -1
	if s.Path.Root != nil {
		last = b.add(b.root(s.Path.Root))
	}
	at := s.Accumulation
	if at == graph.None {
		at = s.Object
	}
	found := false
	for _, step := range s.Path.Steps {
		n := b.object(step.Node)
		if step.Node == at {
			n.Kind, n.Emphasis, found = TargetNode, true, true
			n.Retained = max(n.Retained, s.Retained)
		}
		to := b.add(n)
		if last >= 0 {
			b.v.Edges = append(b.v.Edges, Edge{From: last, To: to, Label: step.Ref, Count: 1, Kind: step.Kind, Retained: n.Retained})
		}
		last = to
	}
	if at == graph.None || last < 0 {
		return b.v, nil
	}
	if !found { // the path leads to one of several: they come together elsewhere
		b.v.Nodes[last].Kind, b.v.Nodes[last].Emphasis = TargetNode, true
		at = s.Path.Steps[len(s.Path.Steps)-1].Node
	}
	return b.v, b.below(ctx, at, last)
}

// below adds what an object dominates, by type.
func (b *boxes) below(ctx context.Context, n graph.NodeID, at int) error {
	top, err := b.sizes.Branches(ctx, n, &dominator.BranchOptions{ByType: true, Depth: 2, Siblings: 4, Nodes: 9})
	if err != nil {
		return err
	}
	first := len(b.v.Nodes)
	for i, c := range top.Children {
		to := len(b.v.Nodes)
		b.branch(c, at)
		if i == 0 {
			for k := range b.v.Edges {
				b.v.Edges[k].Suspect = b.v.Edges[k].Suspect || b.v.Edges[k].To == to
			}
		}
	}
	for i := first; i < len(b.v.Nodes); i++ {
		b.v.Nodes[i].Held = true
	}
	b.v.Nodes[at].Count = max(b.v.Nodes[at].Count, top.Count)
	return nil
}
