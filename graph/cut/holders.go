package cut

import (
	"cmp"
	"context"
	"slices"
)

// Holder is how much of the targets one box holds.
type Holder struct {
	Box     int
	Reaches int // targets that it leads to
	Sole    int // targets that nothing else holds
}

// holderWork is how many objects are looked at for all holders together: about a
// second's worth.
const holderWork = 20_000_000

// Holders counts what each of the boxes reaches, and of how many targets it is
// the sole holder: which would be freed if all of its references let go. What
// lets go by itself does not count as a holder. It stops where it becomes
// expensive, and returns fewer then. Those that reach the most come first.
func (w *Ways) Holders(ctx context.Context, boxes []int) ([]Holder, error) {
	s := w.s
	s.ctx = ctx
	each := len(s.order) + s.alive + 1
	boxes = boxes[:min(len(boxes), max(1, holderWork/each))]
	at := map[boxID]int{}
	for i, b := range boxes {
		at[boxID(b)] = i
	}
	around, free := make([][]placeID, len(boxes)), []placeID(nil)
	which := map[placeID]int{}
	for id := range s.places {
		p := &s.places[id]
		if p.free {
			free = append(free, placeID(id))
		}
		if i, ok := at[p.box]; ok && p.class < 0 {
			around[i] = append(around[i], placeID(id))
			which[placeID(id)] = i
		}
	}
	reaches, err := s.reachedBy(which, len(boxes))
	if err != nil {
		return nil, err
	}
	out := make([]Holder, len(boxes))
	for i, b := range boxes {
		f, err := startFlood(s, slices.Concat(around[i], free), true)
		if err != nil {
			return nil, err
		}
		out[i] = Holder{b, reaches[i], s.alive - f.reached}
	}
	slices.SortStableFunc(out, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(b.Reaches, a.Reaches), cmp.Compare(b.Sole, a.Sole))
	})
	return out, nil
}

// Roots is the boxes of roots, those that hold the most targets directly or
// through the most references first.
func (w *Ways) Roots() (boxes []int) {
	refs := map[int]int{}
	for i := range w.Edges {
		refs[w.Edges[i].From] += w.Edges[i].Count
	}
	for i := range w.Boxes {
		if w.Boxes[i].Root != nil {
			boxes = append(boxes, i)
		}
	}
	slices.SortStableFunc(boxes, func(a, b int) int {
		return cmp.Or(cmp.Compare(w.Boxes[a].Root.Rank, w.Boxes[b].Root.Rank), cmp.Compare(refs[b], refs[a]))
	})
	return boxes
}
