package cut

import (
	"github.com/refgraph/refgraph/graph"
)

// flood is an exact search of the whole heap around blocked places, which can be
// let in one after the other, and out again. A step costs what is newly reached.
type flood struct {
	*slice
	roots   []rootRef // all that hold for good, with the places that cut them
	block   blocked
	seen    graph.Bitset
	stack   []graph.NodeID
	held    map[placeID][]holding // references that were blocked, by place
	log     []graph.NodeID        // what was reached since the last commit
	logHeld []placeID             // and what was added to held
	logging bool
	within  bool // only what leads to targets is searched, so only targets are counted
	steps   int
	buf     []graph.NodeID

	objects int
	bytes   uint64
	reached int // targets
	tbytes  uint64
}

// holding is a blocked reference.
type holding struct{ holder, held graph.NodeID }

// newFlood searches around places.
func newFlood(s *slice, around []placeID) (*flood, error) { return startFlood(s, around, false) }

func startFlood(s *slice, around []placeID, within bool) (*flood, error) {
	f := &flood{slice: s, within: within, block: make(blocked, len(s.places)), seen: graph.NewBitset(s.g.Len()), held: map[placeID][]holding{}}
	f.block.set(around, true)
	f.roots = s.allRoots()
	for i := range f.roots {
		f.root(&f.roots[i])
	}
	err := f.drain()
	f.logging = true
	return f, err
}

// allRoots is all roots that hold for good: those of goroutines that end when a
// place is cut have that place, also outside the slice.
func (s *slice) allRoots() []rootRef {
	variable := make(map[int]placeID, len(s.hangs))
	for _, h := range s.hangs {
		variable[h.root] = h.places[0]
	}
	var out []rootRef
	for i := range s.g.Roots() {
		if !firmRoot(&s.g.Roots()[i]) {
			continue
		}
		r := rootRef{i, [2]placeID{noPlace, noPlace}}
		if p, ok := variable[i]; ok {
			r.places[0] = p
		}
		if c := s.threads.classOf(&s.g.Roots()[i]); c >= 0 {
			r.places[1] = s.ofClass[c]
		}
		out = append(out, r)
	}
	return out
}

func (f *flood) root(r *rootRef) {
	if !f.block.has(r.places[0]) && !f.block.has(r.places[1]) {
		f.visit(f.g.Roots()[r.root].Node)
	}
}

func (f *flood) visit(n graph.NodeID) {
	if f.seen.Has(n) || f.within && !f.leads.Has(n) && !f.targets.Has(n) {
		return
	}
	f.seen.Add(n)
	if f.logging {
		f.log = append(f.log, n)
	}
	f.count(n, 1)
	if !f.g.Leaf(n) {
		f.stack = append(f.stack, n)
	}
}

func (f *flood) count(n graph.NodeID, sign int) {
	size := f.g.Size(n) * uint64(sign)
	f.objects += sign
	f.bytes += size
	if f.targets.Has(n) {
		f.reached += sign
		f.tbytes += size
	}
}

func (f *flood) drain() error {
	for len(f.stack) > 0 {
		if f.steps++; f.steps%checkEvery == 0 && f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		n := f.stack[len(f.stack)-1]
		f.stack = f.stack[:len(f.stack)-1]
		if f.set.Has(n) && !f.targets.Has(n) {
			f.member(n)
			continue
		}
		for _, to := range firmRow(f.g, n, &f.buf) {
			f.visit(to)
		}
	}
	return nil
}

// member follows an object of the slice around blocked places.
func (f *flood) member(n graph.NodeID) {
	at := uint32(0)
	if !f.over {
		at = f.off[f.number(n)]
	}
	plain := f.g.Plain(n)
	for k, to := range f.g.Row(n) {
		if !plain && !firm(f.g, n, k) {
			continue
		}
		if target := f.targets.Has(to); target || f.set.Has(to) {
			p := noPlace
			if f.over {
				p = f.viaOf(n, k, to, target)
			} else {
				p = f.via[at]
			}
			at++
			if f.block.has(p) {
				f.held[p] = append(f.held[p], holding{n, to})
				if f.logging {
					f.logHeld = append(f.logHeld, p)
				}
				continue
			}
		}
		f.visit(to)
	}
}

// viaOf is the place of a reference of the slice.
func (s *slice) viaOf(n graph.NodeID, k int, to graph.NodeID, target bool) placeID {
	if !target && s.folds(to) {
		return noPlace
	}
	return s.placeOf(s.join(s.classes[s.class[s.number(n)]], s.labels.Pattern(n, k)), target)
}

// let searches on without some of the places blocked.
func (f *flood) let(places []placeID) error {
	f.block.set(places, false)
	for i := range f.roots {
		f.root(&f.roots[i])
	}
	for _, p := range places {
		for _, h := range f.held[p] {
			if f.seen.Has(h.holder) {
				f.visit(h.held)
			}
		}
	}
	return f.drain()
}

// commit makes what was let in stay.
func (f *flood) commit() { f.log, f.logHeld = f.log[:0], f.logHeld[:0] }

// undo takes back what was let in since the last commit, and blocks it again.
func (f *flood) undo(places []placeID) {
	for _, n := range f.log {
		f.seen.Remove(n)
		f.count(n, -1)
	}
	for _, p := range f.logHeld {
		f.held[p] = f.held[p][:len(f.held[p])-1]
	}
	f.commit()
	f.block.set(places, true)
}
