package cut

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// reaches counts, for each place, the targets that what it holds leads to, by
// way of other targets too. The search stays within what leads to targets.
func (n *numbers) reaches(spots []*spot) ([]int, error) {
	out := make([]int, len(spots))
	if n.single { // nothing else holds them
		out[0] = n.alive
		return out, nil
	}
	which := map[placeID]int{}
	for i, s := range spots {
		for _, p := range s.ids {
			which[p] = i
		}
	}
	return n.slice.reachedBy(which, len(spots))
}

// reachedBy counts, for each of k sets of places, the targets that what their
// references hold leads to.
func (s *slice) reachedBy(which map[placeID]int, k int) ([]int, error) {
	held, err := s.heldBy(which, k)
	if err != nil {
		return nil, err
	}
	out, seen := make([]int, k), graph.NewBitset(s.g.Len())
	for i := range held {
		clear(seen)
		if out[i], err = s.leadTo(held[i], seen); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// heldBy is what the references of places hold.
func (s *slice) heldBy(which map[placeID]int, k int) ([][]graph.NodeID, error) {
	held := make([][]graph.NodeID, k)
	for _, h := range s.hangs {
		for _, p := range h.places {
			if i, ok := which[p]; ok {
				held[i] = append(held[i], s.g.Roots()[h.root].Node)
			}
		}
	}
	last, at := noPlace, -1
	return held, s.each(func(e edge) {
		if e.via != last {
			last, at = e.via, -1
			if i, ok := which[e.via]; ok {
				at = i
			}
		}
		if at >= 0 {
			held[at] = append(held[at], e.held)
		}
	})
}

// leadTo counts the targets that objects lead to, themselves included.
func (s *slice) leadTo(queue []graph.NodeID, seen graph.Bitset) (count int, err error) {
	add := func(n graph.NodeID) bool {
		if seen.Has(n) {
			return false
		}
		seen.Add(n)
		if s.targets.Has(n) {
			count++
		}
		return !s.g.Leaf(n)
	}
	queue = slices.DeleteFunc(queue, func(n graph.NodeID) bool { return !add(n) })
	var buf []graph.NodeID
	for i := 0; i < len(queue); i++ {
		if i%checkEvery == 0 && s.ctx.Err() != nil {
			return 0, s.ctx.Err()
		}
		for _, to := range firmRow(s.g, queue[i], &buf) {
			if (s.leads.Has(to) || s.targets.Has(to)) && add(to) {
				queue = append(queue, to)
			}
		}
	}
	return count, nil
}
