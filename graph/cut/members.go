package cut

import (
	"context"
	"math/bits"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/retain"
)

// members is a set of objects that are numbered from 0 in NodeID order. It takes
// 1.5 bits an object of the heap.
type members struct {
	set  graph.Bitset
	base []uint32 // by word of set: how many members are before it
}

func (m *members) index() {
	m.base = make([]uint32, len(m.set)+1)
	for i, w := range m.set {
		m.base[i+1] = m.base[i] + uint32(bits.OnesCount64(w))
	}
}

func (m *members) len() int { return int(m.base[len(m.set)]) }

// number is the number of a member.
func (m *members) number(n graph.NodeID) uint32 {
	return m.base[n>>6] + uint32(bits.OnesCount64(m.set[n>>6]&(1<<(n&63)-1)))
}

// passes is how many passes over the objects ancestors makes before it asks for
// reverse rows.
const passes = 5

// ancestors finds the reachable objects that lead to a target. Objects come
// before most of what they hold in the order of a search from the roots, so a
// pass against it finds nearly all without reverse rows; references that lead
// back in it need another pass where they matter.
func ancestors(ctx context.Context, tree *retain.Tree, targets graph.Bitset) (graph.Bitset, error) {
	a := &ancestry{g: tree.Graph(), targets: targets}
	a.order, _ = firmly(tree)
	a.set = graph.NewBitset(a.g.Len())
	for range passes {
		more, err := a.pass(ctx)
		if err != nil || !more {
			return a.set, err
		}
	}
	return a.set, a.inbound(ctx, tree)
}

type ancestry struct {
	set     graph.Bitset
	g       *graph.Graph
	order   []graph.NodeID
	targets graph.Bitset
	buf     []graph.NodeID
}

// pass adds what leads to members and targets; more is true if another pass may
// find more.
func (a *ancestry) pass(ctx context.Context) (more bool, err error) {
	done := graph.NewBitset(a.g.Len())
	var back []graph.NodeID // not added, with references to objects that were not looked at yet
	for i := len(a.order) - 1; i >= 0; i-- {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		n := a.order[i]
		if a.g.Leaf(n) {
			continue
		}
		done.Add(n)
		if a.set.Has(n) || a.targets.Has(n) {
			continue
		}
		leads, behind := false, false
		for _, to := range firmRow(a.g, n, &a.buf) {
			if leads = a.set.Has(to) || a.targets.Has(to); leads {
				break
			}
			behind = behind || !done.Has(to) && !a.g.Leaf(to)
		}
		if leads {
			a.set.Add(n)
		} else if behind {
			back = append(back, n)
		}
	}
	for _, n := range back {
		for _, to := range firmRow(a.g, n, &a.buf) {
			if a.set.Has(to) {
				a.set.Add(n)
				more = true
				break
			}
		}
	}
	return more, nil
}

// inbound does it with reverse rows, whatever the order.
func (a *ancestry) inbound(ctx context.Context, tree *retain.Tree) error {
	in, err := a.g.Inbound(ctx)
	if err != nil {
		return err
	}
	var queue []graph.NodeID
	for n := range a.targets.All() {
		queue = append(queue, n)
	}
	for n := range a.set.All() {
		queue = append(queue, n)
	}
	for i := 0; i < len(queue); i++ {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for _, from := range in.Row(queue[i]) {
			if !a.set.Has(from) && !a.targets.Has(from) && tree.Reachable(from) && !tree.Pooled(from) && a.holds(from, queue[i]) {
				a.set.Add(from)
				queue = append(queue, from)
			}
		}
	}
	return nil
}

func (a *ancestry) holds(from, to graph.NodeID) bool {
	if a.g.Plain(from) {
		return true
	}
	for i, t := range a.g.Row(from) {
		if t == to && firm(a.g, from, i) {
			return true
		}
	}
	return false
}
