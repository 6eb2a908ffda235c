package gocore

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// marker finds what is reachable, the way the collector does.
type marker struct{ graph.Marking }

func newMarker(g *graph.Graph) *marker {
	return &marker{graph.Marking{Graph: g, Seen: graph.NewBitset(g.Len())}}
}

// roots marks everything that roots retain.
func (m *marker) roots(ctx context.Context, list []graph.Root) error {
	for i := range list {
		if list[i].Via.Retains() {
			m.Visit(list[i].Node)
		}
	}
	return m.Run(ctx)
}

// start marks from the roots that there are, in the background, until something
// comes out of the channel. Roots may be added meanwhile.
func (m *marker) start(ctx context.Context) <-chan error {
	list, done := m.Graph.Roots(), make(chan error, 1)
	go func() { done <- m.roots(ctx, list) }()
	return done
}

// finalizable marks what objects with finalizers hold that nothing else
// reaches, and adds roots for it. The objects themselves are not kept: the
// collector will hand them to their finalizers.
func (r *roots) finalizable(ctx context.Context, m *marker, list []special) error {
	kind := kindsOf(r.p.exe.GoVersion).finalizer
	var buf []graph.NodeID
	for _, s := range list {
		if s.kind != kind || m.Seen.Has(s.node) {
			continue
		}
		root := graph.Root{Kind: graph.RootFinalizer, Rank: graph.RankLibrary,
			Var: r.b.String("finalizer of " + r.p.pointee(r.p.mem.u64(s.addr+r.p.l.FinalizerOT.off)))}
		for _, to := range m.Graph.Retained(s.node, &buf) {
			root.Node = to
			r.b.AddRoot(root)
			m.Visit(to)
		}
		if err := m.Run(ctx); err != nil {
			return err
		}
	}
	return nil
}
