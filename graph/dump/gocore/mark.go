package gocore

import "github.com/refgraph/refgraph/graph"

// marker finds what is reachable, the way the collector does: along references
// that retain.
type marker struct {
	g     *graph.Graph
	seen  graph.Bitset
	stack []graph.NodeID
	buf   []graph.NodeID
}

func newMarker(g *graph.Graph) *marker {
	return &marker{g: g, seen: graph.NewBitset(g.Len())}
}

func (m *marker) push(n graph.NodeID) {
	if !m.seen.Has(n) {
		m.seen.Add(n)
		m.stack = append(m.stack, n)
	}
}

// roots marks everything reachable from roots.
func (m *marker) roots(list []graph.Root) {
	for i := range list {
		m.push(list[i].Node)
	}
	m.run()
}

// start marks from the roots that there are, in the background, until the
// channel is closed. Roots may be added meanwhile.
func (m *marker) start() <-chan struct{} {
	list, done := m.g.Roots(), make(chan struct{})
	go func() {
		defer close(done)
		m.roots(list)
	}()
	return done
}

// run marks everything reachable from what was pushed.
func (m *marker) run() {
	for len(m.stack) > 0 {
		n := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		for _, to := range m.g.Retained(n, &m.buf) {
			m.push(to)
		}
	}
}

// finalizable marks what objects with finalizers hold that nothing else
// reaches, and adds roots for it. The objects themselves are not kept: the
// collector will hand them to their finalizers.
func (r *roots) finalizable(m *marker, list []special) {
	kind := kindsOf(r.p.exe.GoVersion).finalizer
	for _, s := range list {
		if s.kind != kind || m.seen.Has(s.node) {
			continue
		}
		root := graph.Root{Kind: graph.RootFinalizer, Rank: graph.RankLibrary,
			Var: r.b.String("finalizer of " + r.p.pointee(r.p.mem.u64(s.addr+r.p.l.FinalizerOT.off)))}
		for _, to := range m.g.Retained(s.node, &m.buf) {
			root.Node = to
			r.b.AddRoot(root)
			m.stack = append(m.stack, to)
		}
		children := m.stack
		m.stack = nil
		for _, to := range children {
			m.push(to)
		}
		m.run()
	}
}
