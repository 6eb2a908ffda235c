package ask

import (
	"context"
	"iter"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// heldShare is the least share of the targets' retained bytes that what they
// hold must have to be shown.
const heldShare = 0.05

// heldRoom is how many boxes are kept for what the targets hold.
const heldRoom = 4

// targetsHold adds the largest things that the targets, whose box is the first,
// keep alive, so that the picture says what the bytes are. boxOf is the box of an
// object that is shown already.
func (p *painter) targetsHold(ctx context.Context, targets iter.Seq[graph.NodeID], boxOf func(graph.NodeID) (int, bool)) error {
	all := p.p.Boxes[0].Retained
	holders, any := graph.NewBitset(p.g.Len()), false
	for n := range targets {
		holders.Add(n)
		any = true
	}
	if !any || all == 0 {
		return nil
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
			to := p.heldBox(from, &groups[i], boxOf)
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
func (p *painter) heldBox(from int, h *dominator.Held, boxOf func(graph.NodeID) (int, bool)) int {
	if to, shown := boxOf(h.First); shown {
		return to // on a path already
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
