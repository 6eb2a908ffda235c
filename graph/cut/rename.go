package cut

import (
	"cmp"
	"slices"
)

// rename calls boxes of no named type by the best place that holds all of their
// objects: the first that a search met may be a library's, and the program's own is
// what people know.
func (v *survey) rename() {
	into := map[boxID][]placeID{}
	for k, h := range v.heads.count {
		if b, p := &v.boxes[k.box], &v.places[k.place]; b.held >= 0 && k.place != b.held && p.class < 0 && !p.free && !p.target && h.refs >= b.count {
			into[k.box] = append(into[k.box], k.place)
		}
	}
	for id := range v.boxes {
		b := &v.boxes[id]
		if b.held < 0 {
			continue
		}
		rank := func(p placeID) uint8 { return v.boxes[v.places[p].box].rank }
		list := into[boxID(id)]
		slices.SortFunc(list, func(x, y placeID) int {
			return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x, y))
		})
		for _, p := range list {
			if at := v.places[p].box; rank(p) < rank(b.held) && !v.isHeld(at, boxID(id)) && !v.isBehind(at, boxID(id)) {
				b.held, b.via = p, p
				break
			}
		}
		b.rank = rank(b.held)
	}
}

// isHeld reports whether a box is another, or is known by places of it.
func (t *tables) isHeld(id, by boxID) bool {
	for id != by && t.boxes[id].held >= 0 {
		id = t.places[t.boxes[id].held].box
	}
	return id == by
}
