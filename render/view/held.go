package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// heldShare is the least share of the targets' retained bytes that what they
// hold must have to be shown.
const heldShare = 0.05

// maxInsides is how many parts deep a container is followed.
const maxInsides = 4

// heldGroup is objects of one type that the same objects dominate.
type heldGroup struct {
	typ     graph.TypeID
	first   graph.NodeID
	count   int
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
		if room > 0 {
			holders = p.insides(p.membersOf(holders, groups[0].typ), groups[0].first)
		}
	}
}

// child reports whether one of the holders dominates n directly.
func (p *pathView) child(holders graph.Bitset, n graph.NodeID) bool {
	d := p.Sizes.Idom(n)
	return d != graph.None && holders.Has(d) && !holders.Has(n)
}

// dominated groups by type what a set of objects dominates directly, the
// largest first.
func (p *pathView) dominated(holders graph.Bitset) []heldGroup {
	types := p.g.Types().Len()
	parts := scanAll(p.g, func() []heldGroup { return make([]heldGroup, types) }, func(sum []heldGroup, n graph.NodeID) {
		if !p.child(holders, n) {
			return
		}
		g := &sum[p.g.Type(n)]
		if g.count == 0 || n < g.first {
			g.first = n
		}
		g.count++
		g.bytes += p.Sizes.Retained(n)
		g.shallow += p.g.Size(n)
	})
	var groups []heldGroup
	for t := range types {
		g := heldGroup{typ: graph.TypeID(t), first: graph.None}
		for _, part := range parts {
			if q := part[t]; q.count > 0 {
				g.first = min(g.first, q.first)
				g.count += q.count
				g.bytes += q.bytes
				g.shallow += q.shallow
			}
		}
		if g.count > 0 {
			groups = append(groups, g)
		}
	}
	slices.SortStableFunc(groups, func(a, b heldGroup) int { return cmp.Compare(b.bytes, a.bytes) })
	return groups
}

// membersOf is the objects of a type that the holders dominate directly.
func (p *pathView) membersOf(holders graph.Bitset, t graph.TypeID) graph.Bitset {
	set := graph.NewBitset(p.g.Len())
	scanAll(p.g, func() struct{} { return struct{}{} }, func(_ struct{}, n graph.NodeID) {
		if p.g.Type(n) == t && p.child(holders, n) {
			set.Add(n)
		}
	})
	return set
}

// insides adds to a set of containers their insides, which get no boxes of
// their own. Other objects have none.
func (p *pathView) insides(set graph.Bitset, example graph.NodeID) graph.Bitset {
	if !p.g.Internal(example) {
		return set
	}
	for range maxInsides {
		next := slices.Clone(set)
		more := scanAll(p.g, func() *bool { return new(bool) }, func(more *bool, n graph.NodeID) {
			if p.g.Internal(n) && p.child(set, n) {
				next.Add(n)
				*more = true
			}
		})
		set = next
		if !slices.ContainsFunc(more, func(b *bool) bool { return *b }) {
			break
		}
	}
	return set
}

// scanAll calls visit for every object on all cores, each with the state of its
// worker, and returns the states. Nodes of different calls that run at the same
// time share no word of a Bitset.
func scanAll[S any](g *graph.Graph, start func() S, visit func(state S, n graph.NodeID)) []S {
	const part = 1 << 18
	parts := (g.Len() + part - 1) / part
	free := make(chan S, parts)
	// Nothing fails here, and a pass takes milliseconds: no context.
	_ = graph.Parallel(context.Background(), parts, 0, func(i int) error {
		var s S
		select {
		case s = <-free:
		default:
			s = start()
		}
		for n := graph.NodeID(i * part); int(n) < min(g.Len(), (i+1)*part); n++ {
			visit(s, n)
		}
		free <- s
		return nil
	})
	close(free)
	var states []S
	for s := range free {
		states = append(states, s)
	}
	return states
}

// heldNode adds the box of a group below the box of its holders.
func (p *pathView) heldNode(from int, grp *heldGroup) int {
	if id, ok := p.m.Group(grp.first); ok {
		if to, shown := p.node[int32(id)]; shown {
			return to // on a path already
		}
	}
	to := len(p.v.Nodes)
	p.v.Nodes = append(p.v.Nodes, Node{
		Kind: ObjectNode, ID: fmt.Sprintf("o-0x%x", p.g.Address(grp.first)), Head: p.g.Types().Name(grp.typ),
		Count: grp.count, Shallow: grp.shallow, Retained: grp.bytes, Sized: true,
		Address: fmt.Sprintf("0x%x", p.g.Address(grp.first)), Held: true,
	})
	label := ""
	holder := p.Sizes.Idom(grp.first)
	for i, n := range p.g.Row(holder) {
		if n == grp.first {
			label = p.g.Detail().RefName(holder, i, false)
			break
		}
	}
	p.v.Edges = append(p.v.Edges, Edge{From: from, To: to, Label: label, Count: grp.count, Retained: grp.bytes})
	return to
}
