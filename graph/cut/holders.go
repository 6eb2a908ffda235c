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

// Holders counts what each of the first k boxes of Ways.Roots reaches, and of how
// many targets it is the sole holder: which would be freed if all of its references
// let go. What lets go by itself does not count as a holder. Those that reach the
// most come first. One search of what leads to targets; it needs no Cut.
func (sl *Slice) Holders(ctx context.Context, k int) ([]Holder, error) {
	sl.s.ctx = ctx
	boxes := sl.s.rootBoxes()
	return sl.s.holders(boxes[:min(len(boxes), k, maxHolders)])
}

// maxHolders is how many boxes one search counts.
const maxHolders = maxScenarios/2 - 1

func (s *slice) holders(boxes []int) ([]Holder, error) {
	of := make(map[boxID][]placeID, len(boxes))
	for _, b := range boxes {
		of[boxID(b)] = nil
	}
	var free []placeID
	for id := range s.places {
		p := &s.places[id]
		if p.free {
			free = append(free, placeID(id))
		}
		if list, ok := of[p.box]; ok && p.class < 0 {
			of[p.box] = append(list, placeID(id))
		}
	}
	search := newScenarios(s, s.allRoots())
	for _, b := range boxes {
		search.reach(of[boxID(b)]...)
		search.cut(slices.Concat(of[boxID(b)], free)...)
	}
	search.cut() // nothing, so that all is met
	if err := search.run(); err != nil {
		return nil, err
	}
	got := search.tallies()
	out := make([]Holder, len(boxes))
	for i, b := range boxes {
		out[i] = Holder{b, got[2*i].targets, s.alive - got[2*i+1].targets}
	}
	slices.SortStableFunc(out, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(b.Reaches, a.Reaches), cmp.Compare(b.Sole, a.Sole))
	})
	return out, nil
}

// Roots is the boxes of roots, the most important first and of those the ones with
// the most references.
func (w *Ways) Roots() []int { return w.s.rootBoxes() }

func (s *slice) rootBoxes() (boxes []int) {
	refs := make([]int, len(s.boxes))
	for i := range s.places {
		if p := &s.places[i]; p.class < 0 {
			refs[p.box] += p.stats.refs
		}
	}
	for i := range s.boxes {
		if s.boxes[i].root != nil {
			boxes = append(boxes, i)
		}
	}
	slices.SortStableFunc(boxes, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.boxes[a].root.Rank, s.boxes[b].root.Rank), cmp.Compare(refs[b], refs[a]))
	})
	return boxes
}
