package gocore

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// residue adds roots for what nothing known holds, in a core that was cut short:
// spans are lost with it that hold the rest, mostly those that the program filled
// first. Garbage cannot be told from that.
func (r *roots) residue(m *marker) {
	if r.p.lost == 0 || r.p.heap.broken == 0 {
		return
	}
	g, before := m.g, m.seen.Len()
	held := graph.NewBitset(g.Len())
	for n := range graph.NodeID(g.Len()) {
		if m.seen.Has(n) {
			continue
		}
		for _, to := range g.Retained(n, &m.buf) {
			if to != n {
				held.Add(to)
			}
		}
	}
	const name = "lost holders behind the end of the core"
	root := r.name(graph.Root{Kind: graph.RootResidue, Rank: graph.RankResidue}, name, name)
	for _, inCycles := range []bool{false, true} { // what only cycles hold has no first object
		for n := range graph.NodeID(g.Len()) {
			if !m.seen.Has(n) && held.Has(n) == inCycles {
				root.Node = n
				r.b.AddRoot(root)
				m.push(n)
				m.run()
			}
		}
	}
	if k := m.seen.Len() - before; k > 0 {
		r.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("what holds %d objects is not in the core", k),
			Effect: "they have the root \"" + name + "\"; garbage cannot be told from them"})
	}
}
