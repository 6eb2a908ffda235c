package retain

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
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
			tree:   t, opts: opts, targets: targets, group: make([]int32, n), placed: graph.NewBitset(n),
		},
		ctx: ctx, g: t.g, labels: NewLabels(t.g),
		mark:   graph.NewBitset(n),
		groups: map[groupKey]int32{}, words: lang.Of(t.g), roots: map[lang.GroupKey]int32{}, edges: map[edgeKey]int32{},
		foldOf: map[fold]int32{}, counted: map[member]bool{},
	}
}

// markPaths marks the nodes on the shortest paths to the targets and to those
// that hold targets in other ways, and counts the targets below each.
func (m *merger) markPaths() error {
	if err := m.markHolders(); err != nil {
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
		m.group[n]++
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
			m.group[p] += m.group[n]
		}
	}
	return nil
}

// markHolders marks the reachable objects that refer to a target and are not
// reached through one.
func (m *merger) markHolders() error {
	holders, err := m.holders()
	if err != nil {
		return err
	}
	below := &belowTargets{tree: m.tree, targets: m.targets, yes: graph.NewBitset(m.g.Len()), no: graph.NewBitset(m.g.Len())}
	for n := range holders.All() {
		switch {
		case !m.tree.Reachable(n) || m.targets.Has(n): // dead, or marked anyway
		case below.has(n):
			m.Back += int64(m.refsToTargets(n))
		default:
			m.mark.Add(n)
		}
	}
	return nil
}

// holders is the set of objects with a reference to a target, found in one pass
// over all references on all cores.
func (m *merger) holders() (graph.Bitset, error) {
	const part = 1 << 18 // nodes, a multiple of 64: parts share no word of the set
	set := graph.NewBitset(m.g.Len())
	err := graph.Parallel(m.ctx, (m.g.Len()+part-1)/part, 0, func(i int) error {
		var buf []graph.NodeID
		for n := graph.NodeID(i * part); int(n) < min(m.g.Len(), (i+1)*part); n++ {
			for _, to := range m.g.Retained(n, &buf) {
				if m.targets.Has(to) {
					set.Add(n)
					break
				}
			}
		}
		return nil
	})
	return set, err
}

// refsToTargets counts references to targets besides the one on a shortest path.
func (m *merger) refsToTargets(n graph.NodeID) (count int) {
	var buf []graph.NodeID
	for _, to := range m.g.Retained(n, &buf) {
		if m.targets.Has(to) && m.tree.parent[to] != n {
			count++
		}
	}
	return count
}

// belowTargets tells whether the shortest path to a node passes through a
// target. It remembers what it saw on the way, so that all questions together
// cost one step for each node on the paths.
type belowTargets struct {
	tree    *Tree
	targets graph.Bitset
	yes, no graph.Bitset
	way     []graph.NodeID
}

func (b *belowTargets) has(n graph.NodeID) bool {
	b.way = b.way[:0]
	found := false
	for !found && !b.no.Has(n) {
		b.way = append(b.way, n)
		p := b.tree.parent[n]
		if p == n {
			break
		}
		found = b.targets.Has(p) || b.yes.Has(n) || b.yes.Has(p)
		n = p
	}
	for _, w := range b.way {
		if found {
			b.yes.Add(w)
		} else {
			b.no.Add(w)
		}
	}
	return found
}
