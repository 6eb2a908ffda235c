package cut

import (
	"cmp"
	"slices"
)

// place names a place of the answer.
func (n *numbers) place(s *spot) Place {
	pl := &n.slice.places[s.ids[0]]
	b := &n.boxes[pl.box]
	out := Place{Name: n.name(s.ids[0]), Returns: s.back.targets, Root: pl.stats.root, ids: s.ids}
	out.Holder, out.Reference = n.spelled(s.ids[0])
	conservative := 0
	for _, id := range s.ids {
		st := &n.slice.places[id].stats
		out.References += st.refs
		conservative += st.conservative
	}
	out.Conservative = 2*conservative > out.References
	switch {
	case pl.class >= 0:
		out.Kind, out.Threads = Threads, n.threads.list[pl.class].count
	case pl.stats.root != nil && b.root != nil:
		out.Kind = Variable
	case b.root == nil && b.count > 1 && !b.shared:
		out.Above = n.above(pl.box)
	}
	return out
}

// maxAbove is how many collections above a place are named.
const maxAbove = 3

// above names the places that hold the objects of a box, those with the most
// references first.
func (n *numbers) above(of boxID) (names []string) {
	var ids []placeID
	for k := range n.heads.count {
		if p := &n.slice.places[k.place]; k.box == of && p.box != of && p.class < 0 && !p.free {
			ids = append(ids, k.place)
		}
	}
	slices.SortFunc(ids, func(a, b placeID) int {
		return cmp.Or(cmp.Compare(n.slice.places[b].stats.refs, n.slice.places[a].stats.refs), cmp.Compare(a, b))
	})
	for _, id := range ids[:min(len(ids), maxAbove)] {
		if name := n.name(id); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
