package dominator

import (
	"context"
	"math/bits"

	"github.com/refgraph/refgraph/graph"
)

// Several is the group of what roots of more than one group hold.
const Several int32 = -1

// Owners says which group of roots alone holds each object that no object
// dominates.
type Owners struct {
	tops   []graph.NodeID // in the order of the tree
	groups []int32        // by index in tops: the group, or Several
}

// Owners finds, for each object that no other dominates, whether the ways to it
// all begin at roots of one group. group has the group of each root, from 0. It
// costs a pass over all references, and 4 bytes for each that leads from one such
// object's part of the tree to another.
func (t *Tree) Owners(ctx context.Context, group []int32) (*Owners, error) {
	o := &owning{t: t, tops: graph.NewBitset(t.g.Len())}
	for n := range t.Children(graph.None) {
		o.tops.Add(n)
		o.list = append(o.list, n)
	}
	o.index()
	if err := o.references(ctx); err != nil {
		return nil, err
	}
	o.spread(group)
	return &Owners{o.list, o.owner}, ctx.Err()
}

// unowned stands for the group of what was not reached yet.
const unowned int32 = -2

type owning struct {
	t     *Tree
	tops  graph.Bitset
	base  []uint32       // by word of tops: tops before it
	list  []graph.NodeID // tops in the order of the tree
	at    []uint32       // by rank in tops: index in list
	off   []uint32       // by index in list: its references to other tops
	to    []uint32       // ranks
	owner []int32        // by index in list
	queue []uint32
}

func (o *owning) index() {
	o.base = make([]uint32, len(o.tops)+1)
	for i, w := range o.tops {
		o.base[i+1] = o.base[i] + uint32(bits.OnesCount64(w))
	}
	o.at = make([]uint32, len(o.list))
	for i, n := range o.list {
		o.at[o.rank(n)] = uint32(i)
	}
}

func (o *owning) rank(n graph.NodeID) uint32 {
	return o.base[n>>6] + uint32(bits.OnesCount64(o.tops[n>>6]&(1<<(n&63)-1)))
}

// references collects those between the parts of the tree, which can only lead to
// their tops. A part is one stretch of the tree's order.
func (o *owning) references(ctx context.Context) error {
	var buf []graph.NodeID
	var top graph.NodeID
	o.off = make([]uint32, 0, len(o.list)+1)
	for i, n := range o.t.order {
		if i%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if o.t.idom[n] == graph.None {
			top = n
			o.off = append(o.off, uint32(len(o.to)))
		}
		for _, to := range o.t.g.Retained(n, &buf) {
			if to != top && o.tops.Has(to) {
				r := o.rank(to)
				if k := len(o.to); k == int(o.off[len(o.off)-1]) || o.to[k-1] != r {
					o.to = append(o.to, r)
				}
			}
		}
	}
	o.off = append(o.off, uint32(len(o.to)))
	return nil
}

// spread carries groups along: each top changes twice at most, to a group and to
// Several.
func (o *owning) spread(group []int32) {
	o.owner = make([]int32, len(o.list))
	for i := range o.owner {
		o.owner[i] = unowned
	}
	for i := range o.t.g.Roots() {
		if r := &o.t.g.Roots()[i]; r.Via.Retains() && o.tops.Has(r.Node) {
			o.join(o.at[o.rank(r.Node)], group[i])
		}
	}
	for len(o.queue) > 0 {
		top := o.queue[len(o.queue)-1]
		o.queue = o.queue[:len(o.queue)-1]
		for _, to := range o.to[o.off[top]:o.off[top+1]] {
			o.join(o.at[to], o.owner[top])
		}
	}
}

func (o *owning) join(top uint32, group int32) {
	old := o.owner[top]
	switch {
	case old == group || old == Several:
		return
	case old == unowned:
		o.owner[top] = group
	default:
		o.owner[top] = Several
	}
	o.queue = append(o.queue, top)
}
