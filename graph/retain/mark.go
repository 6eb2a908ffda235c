package retain

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

const checkEvery = 1<<20 - 1 // nodes between two looks at the context

func newMerger(ctx context.Context, t *Tree, targets graph.Bitset, opts Options) *merger {
	if opts.MaxGroups <= 0 {
		opts.MaxGroups = 4096
	}
	n := t.g.Len()
	return &merger{
		Merged: &Merged{
			Groups: []Group{{First: graph.None, parent: -1}},
			tree:   t, opts: opts, targets: targets, group: make([]int32, n),
		},
		ctx: ctx, g: t.g, labels: newLabeler(t.g),
		mark: graph.NewBitset(n), count: make([]uint32, n),
		groups: map[groupKey]int32{}, roots: map[[2]graph.StringID]int32{}, edges: map[edgeKey]int32{},
		foldOf: map[fold]int32{}, names: map[graph.StringID]bool{},
	}
}

// markPaths marks the nodes on the shortest paths to the targets and to those
// that hold targets in other ways, and counts the targets below each.
func (m *merger) markPaths() error {
	below, err := m.below()
	if err != nil {
		return err
	}
	if err := m.markHolders(below); err != nil {
		return err
	}
	for n := range m.targets.All() {
		if m.Alive+m.Dead == 0 { // for a picture of targets that are all dead
			m.Groups[0].First, m.Groups[0].Type = n, m.g.Type(n)
		}
		if !m.tree.Reachable(n) {
			m.Dead++
			continue
		}
		m.Alive++
		m.count[n]++
		m.mark.Add(n)
	}
	order, parent := m.tree.order, m.tree.parent
	for i := len(order) - 1; i >= 0; i-- {
		if i&checkEvery == 0 && m.ctx.Err() != nil {
			return m.ctx.Err()
		}
		n := order[i]
		if !m.mark.Has(n) {
			continue
		}
		if p := parent[n]; p != n {
			m.mark.Add(p)
			m.count[p] += m.count[n]
		}
	}
	return nil
}

// below is the set of nodes whose shortest path passes through a target.
func (m *merger) below() (graph.Bitset, error) {
	below := graph.NewBitset(m.g.Len())
	for i, n := range m.tree.order {
		if i&checkEvery == 0 && m.ctx.Err() != nil {
			return nil, m.ctx.Err()
		}
		if p := m.tree.parent[n]; p != n && (m.targets.Has(p) || below.Has(p)) {
			below.Add(n)
		}
	}
	return below, nil
}

// markHolders marks the reachable objects that refer to a target.
func (m *merger) markHolders(below graph.Bitset) error {
	var buf []graph.NodeID
	for n := range graph.NodeID(m.g.Len()) {
		if n&checkEvery == 0 && m.ctx.Err() != nil {
			return m.ctx.Err()
		}
		for _, to := range m.g.Retained(n, &buf) {
			if !m.targets.Has(to) || !m.tree.Reachable(n) {
				continue
			}
			if m.tree.parent[to] == n || m.targets.Has(n) {
				continue // on a path already
			}
			if below.Has(n) {
				m.Back++
				continue
			}
			m.mark.Add(n)
		}
	}
	return nil
}
