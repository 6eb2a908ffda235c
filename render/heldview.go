package render

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// heldShare is the least share of the targets' retained bytes that what they
// hold must have to be shown.
const heldShare = 0.05

// heldGroup is objects of one type that the same objects dominate.
type heldGroup struct {
	typ     graph.TypeID
	nodes   []graph.NodeID
	bytes   uint64
	shallow uint64
}

// held adds the largest things that the targets keep alive, so that the
// picture says what the bytes are.
func (p *pathView) held() {
	if p.Sizes == nil || p.m.Alive == 0 || p.v.Nodes[0].Retained == 0 {
		return
	}
	holders := graph.NewBitset(p.g.Len())
	for n := range p.m.Members(0) {
		holders.Add(n)
	}
	from := 0
	for room := heldRoom; room > 0; {
		groups := p.dominated(holders)
		next := -1
		for i := range groups[:min(len(groups), 2, room)] {
			if float64(groups[i].bytes) < heldShare*float64(p.v.Nodes[0].Retained) {
				break
			}
			to := p.heldNode(from, &groups[i])
			if i == 0 {
				next = to
			}
			room--
		}
		if next < 0 {
			return
		}
		from = next
		holders = p.insides(groups[0].nodes)
	}
}

// maxInsides is how many parts deep a container is followed.
const maxInsides = 4

// insides is a set of objects and, if they are containers, their insides, which
// get no boxes of their own.
func (p *pathView) insides(nodes []graph.NodeID) graph.Bitset {
	set := graph.NewBitset(p.g.Len())
	for _, n := range nodes {
		set.Add(n)
	}
	for more, deep := p.g.Internal(nodes[0]), 0; more && deep < maxInsides; deep++ {
		more = false
		for n := range graph.NodeID(p.g.Len()) {
			if d := p.Sizes.Idom(n); d != graph.None && p.g.Internal(n) && set.Has(d) && !set.Has(n) {
				set.Add(n)
				more = true
			}
		}
	}
	return set
}

// dominated groups by type what a set of objects dominates directly, the
// largest first.
func (p *pathView) dominated(holders graph.Bitset) []heldGroup {
	at := map[graph.TypeID]int{}
	var groups []heldGroup
	for n := range graph.NodeID(p.g.Len()) {
		d := p.Sizes.Idom(n)
		if d == graph.None || !holders.Has(d) || holders.Has(n) {
			continue
		}
		t := p.g.Type(n)
		i, ok := at[t]
		if !ok {
			i = len(groups)
			at[t] = i
			groups = append(groups, heldGroup{typ: t})
		}
		g := &groups[i]
		g.nodes = append(g.nodes, n)
		g.bytes += p.Sizes.Retained(n)
		g.shallow += p.g.Size(n)
	}
	slices.SortStableFunc(groups, func(a, b heldGroup) int { return cmp.Compare(b.bytes, a.bytes) })
	return groups
}

// heldNode adds the box of a group below the box of its holders.
func (p *pathView) heldNode(from int, grp *heldGroup) int {
	first := grp.nodes[0]
	if id, ok := p.m.Group(first); ok {
		if to, shown := p.node[int32(id)]; shown {
			return to // on a path already
		}
	}
	to := len(p.v.Nodes)
	p.v.Nodes = append(p.v.Nodes, Node{
		Kind: ObjectNode, ID: fmt.Sprintf("o-0x%x", p.g.Address(first)), Head: p.g.Types().Name(grp.typ),
		Count: len(grp.nodes), Shallow: grp.shallow, Retained: grp.bytes, Sized: true,
		Address: fmt.Sprintf("0x%x", p.g.Address(first)), Held: true,
	})
	label := ""
	holder := p.Sizes.Idom(first)
	for i, n := range p.g.Row(holder) {
		if n == first {
			label = p.g.Detail().RefName(holder, i, false)
			break
		}
	}
	p.v.Edges = append(p.v.Edges, Edge{From: from, To: to, Label: label, Count: len(grp.nodes), Retained: grp.bytes})
	return to
}
