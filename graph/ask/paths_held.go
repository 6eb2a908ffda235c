package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// heldShare is the least share of the targets' retained bytes that what they
// hold must have to be shown.
const heldShare = 0.05

// below adds the largest things that the targets keep alive, so that the picture
// says what the bytes are.
func (p *pathsPainter) below(ctx context.Context) error {
	all := p.p.Boxes[0].Retained
	if p.m.Alive == 0 || all == 0 {
		return nil
	}
	members, err := p.m.MembersOf(ctx, []int{0})
	if err != nil {
		return err
	}
	holders := graph.NewBitset(p.g.Len())
	for _, n := range members[0] {
		holders.Add(n)
	}
	from := 0
	for room := heldRoom; room > 0; {
		groups, err := p.sizes.HeldBy(ctx, holders)
		if err != nil {
			return err
		}
		next := -1
		for i := range groups[:min(len(groups), 2, room)] {
			if float64(groups[i].Retained) < heldShare*float64(all) {
				break
			}
			to := p.heldBox(from, &groups[i])
			if i == 0 {
				next = to
			}
			room--
		}
		if next < 0 {
			return nil
		}
		from = next
		if room > 0 {
			if holders, err = p.sizes.HeldOf(ctx, holders, groups[0]); err != nil {
				return err
			}
		}
	}
	return nil
}

// heldBox adds the box of a group below the box of its holders.
func (p *pathsPainter) heldBox(from int, h *dominator.Held) int {
	if group, ok := p.m.Group(h.First); ok {
		if to, shown := p.node[int32(group)]; shown {
			return to // on a path already
		}
	}
	to := p.add(Box{
		Kind: ObjectBox, ID: "o-" + id(p.g, h.First), Head: p.g.Types().Name(h.Type),
		Count: h.Count, Shallow: h.Shallow, Retained: h.Retained, Sized: true, Object: id(p.g, h.First), Held: true,
	})
	label := ""
	holder := p.sizes.Idom(h.First)
	for i, n := range p.g.Row(holder) {
		if n == h.First {
			label = p.g.Detail().RefName(holder, i, false)
			break
		}
	}
	p.arrow(Arrow{From: from, To: to, Label: label, Count: h.Count, Retained: h.Retained})
	return to
}
