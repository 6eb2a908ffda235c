package cut

import (
	"math/bits"

	"github.com/refgraph/refgraph/graph"
)

// maxScenarios is how many scenarios one search has: one bit each.
const maxScenarios = 32

// scenarios asks what would stay reachable in several ways of cutting, in one
// search of the objects that lead to targets and the targets themselves: an
// object's mask has the bit of each scenario in which a root reaches it. Masks
// only grow, and an object is looked at again when its mask has grown: at most
// once for each scenario, and mostly once or twice in all. It takes 12 bytes an
// object that is searched.
type scenarios struct {
	*slice
	roots       []rootRef
	block, gain []uint32 // by place+1: the scenarios that it does not lead on to, and those that start with it
	count       int
	start       uint32   // the scenarios that start at the roots
	mask        []uint32 // by number in the area
	queued      []uint64 // bits, likewise
	now, next   []graph.NodeID
	buf         []graph.NodeID
	steps       int
}

func newScenarios(s *slice, roots []rootRef) *scenarios {
	k := s.area.len()
	return &scenarios{slice: s, roots: roots, block: make([]uint32, len(s.places)+1), gain: make([]uint32, len(s.places)+1),
		mask: make([]uint32, k), queued: make([]uint64, (k+63)/64)}
}

// cut adds the scenario in which some places are cut, and returns its number.
func (w *scenarios) cut(places ...placeID) int {
	i := w.add(w.block, places)
	w.start |= 1 << i
	return i
}

// reach adds what the references of some places lead to. It takes a scenario in
// which nothing is cut, or not all of them may be met.
func (w *scenarios) reach(places ...placeID) int { return w.add(w.gain, places) }

func (w *scenarios) add(of []uint32, places []placeID) int {
	for _, p := range places {
		of[p+1] |= 1 << w.count
	}
	w.count++
	return w.count - 1
}

// run searches until no mask grows.
func (w *scenarios) run() error {
	for _, r := range w.roots {
		n := w.g.Roots()[r.root].Node
		if w.area.set.Has(n) {
			p, q := r.places[0]+1, r.places[1]+1
			w.reached(n, w.start&^w.block[p]&^w.block[q]|w.gain[p]|w.gain[q])
		}
	}
	for len(w.next) > 0 {
		w.now, w.next = w.next, w.now[:0]
		w.sort()
		for _, n := range w.now {
			if w.steps++; w.steps%checkEvery == 0 && w.ctx.Err() != nil {
				return w.ctx.Err()
			}
			w.expand(n)
		}
	}
	return w.ctx.Err()
}

// sort puts what is looked at next into the order of addresses, if it is much:
// programs allocate together what belongs together, and then most of what is read
// is in the cache.
func (w *scenarios) sort() {
	if len(w.now) < 1<<14 || len(w.now) < w.area.len()/32 {
		return
	}
	w.now = w.now[:0]
	i := 0
	for n := range w.area.set.All() {
		if w.queued[i>>6]&(1<<(i&63)) != 0 {
			w.now = append(w.now, n)
		}
		i++
	}
}

func (w *scenarios) reached(n graph.NodeID, mask uint32) {
	i := w.area.number(n)
	if mask&^w.mask[i] == 0 {
		return
	}
	w.mask[i] |= mask
	if w.queued[i>>6]&(1<<(i&63)) == 0 && !w.g.Leaf(n) {
		w.queued[i>>6] |= 1 << (i & 63)
		w.next = append(w.next, n)
	}
}

func (w *scenarios) expand(n graph.NodeID) {
	i := w.area.number(n)
	w.queued[i>>6] &^= 1 << (i & 63)
	mask := w.mask[i]
	if w.set.Has(n) && !w.targets.Has(n) {
		w.step(n, func(to graph.NodeID, p placeID) { w.reached(to, mask&^w.block[p+1]|w.gain[p+1]) })
		return
	}
	for _, to := range firmRow(w.g, n, &w.buf) {
		if w.area.set.Has(to) {
			w.reached(to, mask)
		}
	}
}

// step calls do with the references of a member that lead to targets, and their
// places.
func (s *slice) step(n graph.NodeID, do func(to graph.NodeID, p placeID)) {
	at := uint32(0)
	if !s.over {
		at = s.off[s.number(n)]
	}
	plain := s.g.Plain(n)
	for k, to := range s.g.Row(n) {
		if !s.area.set.Has(to) || !plain && !firm(s.g, n, k) {
			continue
		}
		if s.over {
			do(to, s.viaOf(n, k, to, s.targets.Has(to)))
			continue
		}
		do(to, s.via[at])
		at++
	}
}

// has reports whether an object of the area is reached in a scenario.
func (w *scenarios) has(n graph.NodeID, scenario int) bool {
	return w.mask[w.area.number(n)]>>scenario&1 != 0
}

// tally is what is reached in a scenario.
type tally struct {
	targets int
	bytes   uint64 // of the targets
}

// tallies counts the targets of each scenario.
func (w *scenarios) tallies() []tally {
	out := make([]tally, w.count)
	var last uint32
	var run tally // of targets with equal masks
	flush := func() {
		for m := last; m != 0; m &= m - 1 {
			t := &out[bits.TrailingZeros32(m)]
			t.targets += run.targets
			t.bytes += run.bytes
		}
		run = tally{}
	}
	for n := range w.targets.All() {
		if m := w.mask[w.area.number(n)]; m != last {
			flush()
			last = m
		}
		run.targets++
		run.bytes += w.g.Size(n)
	}
	flush()
	return out
}
