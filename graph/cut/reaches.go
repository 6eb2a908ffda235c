package cut

import "github.com/refgraph/refgraph/graph"

// reaches counts, for each place, the targets that what it holds leads to, by
// way of other targets too. The search stays within what leads to targets.
func (n *numbers) reaches(spots []*spot) ([]int, error) {
	out := make([]int, len(spots))
	if n.single { // nothing else holds them
		out[0] = n.alive
		return out, nil
	}
	held, err := n.heldBy(spots)
	if err != nil {
		return nil, err
	}
	seen := graph.NewBitset(n.g.Len())
	for i := range spots {
		clear(seen)
		if out[i], err = n.reach(held[i], seen); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// heldBy is what the references of places hold.
func (n *numbers) heldBy(spots []*spot) ([][]graph.NodeID, error) {
	which := map[placeID]int{}
	for i, s := range spots {
		for _, p := range s.ids {
			which[p] = i
		}
	}
	held := make([][]graph.NodeID, len(spots))
	add := func(p placeID, to graph.NodeID) {
		if i, ok := which[p]; ok {
			held[i] = append(held[i], to)
		}
	}
	for _, h := range n.hangs {
		for _, p := range h.places {
			add(p, n.g.Roots()[h.root].Node)
		}
	}
	// Blocked or not, the references are those of the slice.
	last, at := noPlace, -1
	return held, n.slice.each(func(e edge) {
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

func (n *numbers) reach(queue []graph.NodeID, seen graph.Bitset) (count int, err error) {
	keep := queue[:0]
	add := func(to graph.NodeID) bool {
		if seen.Has(to) {
			return false
		}
		seen.Add(to)
		if n.targets.Has(to) {
			count++
		}
		return true
	}
	for _, to := range queue {
		if add(to) {
			keep = append(keep, to)
		}
	}
	queue = keep
	var buf []graph.NodeID
	for i := 0; i < len(queue); i++ {
		if i%checkEvery == 0 && n.ctx.Err() != nil {
			return 0, n.ctx.Err()
		}
		if n.g.Leaf(queue[i]) {
			continue
		}
		for _, to := range firmRow(n.g, queue[i], &buf) {
			if (n.leads.Has(to) || n.targets.Has(to)) && add(to) {
				queue = append(queue, to)
			}
		}
	}
	return count, nil
}
