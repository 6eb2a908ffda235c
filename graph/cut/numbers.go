package cut

import (
	"cmp"
	"slices"

	"github.com/refgraph/refgraph/graph/retain"
)

const (
	// maxShown is how many places are named at most; the rest is let in.
	maxShown = 6
	// maxTried is up to how many places each is let in by itself to count what
	// returns.
	maxTried = 48

	leftTargets = 0.001 // share of the targets that may stay for a place less
	leftMore    = 0.01  // or this, if they have no more than leftBytes of the bytes
	leftBytes   = 0.001
)

// numbers counts what a set of places does, by searches of the heap.
type numbers struct {
	*survey
	tree    *retain.Tree
	out     *Answer
	f       *flood // of the whole heap
	w       *flood // of what leads to targets, which is enough to count them
	all     int    // objects of that if nothing is cut
	places  []*spot
	single  bool // one place is all of the set
	objects int  // that are held for good, without any cut
	bytes   uint64
}

// spot is a place of the answer: one or two places of the net that are one in
// the program's text.
type spot struct {
	ids     []placeID
	returns int
	tbytes  uint64  // of the targets that return
	weight  float64 // targets below it, estimated
}

func (n *numbers) run(set []placeID) error {
	n.objects, n.bytes = firmTotal(n.tree, n.dom)
	n.out.Alive = n.alive
	var err error
	if n.f, err = newFlood(n.slice, set); err != nil {
		return err
	}
	n.out.Verified = n.f.reached == 0
	if n.w, err = startFlood(n.slice, set, true); err != nil {
		return err
	}
	n.places = n.spots(set)
	n.single = len(set) == 1 && len(n.places) == 1
	n.out.Held = len(n.places)
	if err := n.order(); err != nil {
		return err
	}
	shown, err := n.letRest()
	if err != nil {
		return err
	}
	n.out.Stays = n.f.reached
	n.out.FreesTargets = n.alive - n.f.reached
	n.out.FreesObjects, n.out.FreesBytes = n.objects-n.f.objects, n.bytes-n.f.bytes
	for _, s := range n.places[shown:] {
		n.out.Rest = append(n.out.Rest, n.place(s))
	}
	return n.each(n.places[:shown])
}

// spots is the places that are to be named: what lets go by itself is not, and
// two that are spelled the same are one.
func (n *numbers) spots(set []placeID) (out []*spot) {
	type text struct {
		box          boxID
		class, label int32
	}
	known := map[text]*spot{}
	for _, p := range set {
		pl := &n.slice.places[p]
		if pl.free {
			continue
		}
		key := text{pl.box, pl.class, pl.label}
		if pl.class >= 0 {
			key.box = 0
		}
		s := known[key]
		if s == nil {
			s = &spot{}
			known[key] = s
			out = append(out, s)
		}
		s.ids = append(s.ids, p)
	}
	return out
}

// order sorts places by how many targets return if a place is let in. Of very
// many, that is estimated first and counted for those that are shown.
func (n *numbers) order() error {
	if n.single {
		n.places[0].returns = n.alive
		return nil
	}
	tried := n.places
	if len(tried) > maxTried {
		for _, s := range n.places {
			s.weight = n.belowOf(s)
		}
		slices.SortStableFunc(n.places, func(a, b *spot) int { return cmp.Compare(b.weight, a.weight) })
		tried = n.places[:maxShown]
	}
	for _, s := range tried {
		if err := n.w.let(s.ids); err != nil {
			return err
		}
		s.returns, s.tbytes = n.w.reached, n.w.tbytes
		n.w.undo(s.ids)
	}
	slices.SortStableFunc(tried, func(a, b *spot) int {
		return cmp.Or(cmp.Compare(b.returns, a.returns), cmp.Compare(b.tbytes, a.tbytes), cmp.Compare(a.ids[0], b.ids[0]))
	})
	return nil
}

// letRest lets the places in for which few targets stay alive, and those that
// are too many to name. It returns how many are left.
func (n *numbers) letRest() (shown int, err error) {
	if len(n.places) > maxTried {
		var rest []placeID
		for _, s := range n.places[maxShown:] {
			rest = append(rest, s.ids...)
		}
		return maxShown, n.commit(rest)
	}
	all := float64(n.alive)
	var bytes float64
	for t := range n.targets.All() {
		bytes += float64(n.g.Size(t))
	}
	shown = len(n.places)
	var rest []placeID
	for ; shown > 1; shown-- {
		s := n.places[shown-1]
		if err := n.w.let(s.ids); err != nil {
			return 0, err
		}
		left, leftB := float64(n.w.reached), float64(n.w.tbytes)
		if few := left <= leftTargets*all || left <= leftMore*all && leftB <= leftBytes*bytes; !few && shown <= maxShown {
			n.w.undo(s.ids)
			break
		}
		n.w.commit()
		rest = append(rest, s.ids...)
	}
	if len(rest) == 0 {
		return shown, nil
	}
	return shown, n.commit(rest)
}

// commit lets places in for good.
func (n *numbers) commit(rest []placeID) error {
	if err := n.f.let(rest); err != nil {
		return err
	}
	n.f.commit()
	if err := n.w.let(rest); err != nil {
		return err
	}
	n.w.commit()
	return nil
}

// each counts for each place what it does alone, when all others are let in.
func (n *numbers) each(shown []*spot) error {
	reach, err := n.reaches(shown)
	if err != nil {
		return err
	}
	base, err := startFlood(n.slice, nil, true)
	if err != nil {
		return err
	}
	n.all = base.objects
	for i, s := range shown {
		var others []placeID
		for j, o := range shown {
			if j != i {
				others = append(others, o.ids...)
			}
		}
		p := n.place(s)
		p.Reaches = reach[i]
		if p.Sole, p.AloneFrees, err = n.alone(others, p.Kind); err != nil {
			return err
		}
		n.out.Places = append(n.out.Places, p)
	}
	return nil
}

// alone is what a place frees if all others are let in. If all that leads to
// targets is still reached, then so is what it holds, and nothing is freed: that
// is told without the whole heap. Threads that end let go of other things too.
func (n *numbers) alone(others []placeID, kind Kind) (sole int, bytes uint64, err error) {
	if len(others) > 0 && kind != Threads {
		if err := n.w.let(others); err != nil {
			return 0, 0, err
		}
		sole = n.alive - n.w.reached
		whole := n.w.objects == n.all
		n.w.undo(others)
		if whole {
			return sole, 0, nil
		}
	}
	if err := n.f.let(others); err != nil {
		return 0, 0, err
	}
	sole, bytes = n.alive-n.f.reached, n.bytes-n.f.bytes
	n.f.undo(others)
	return sole, bytes, nil
}

// place names a place of the answer.
func (n *numbers) place(s *spot) Place {
	pl := &n.slice.places[s.ids[0]]
	b := &n.boxes[pl.box]
	out := Place{Name: n.name(s.ids[0]), Returns: s.returns, Root: pl.stats.root, ids: s.ids}
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
	case b.root == nil && b.count > 1:
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
