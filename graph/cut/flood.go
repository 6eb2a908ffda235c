package cut

import (
	"github.com/refgraph/refgraph/graph"
)

// flood is an exact search of the whole heap around blocked places, which can be
// let in later. That costs a pass over the slice and what is newly reached.
type flood struct {
	*slice
	roots []rootRef // all that hold for good, with the places that cut them
	block blocked
	seen  graph.Bitset
	stack []graph.NodeID
	steps int
	buf   []graph.NodeID

	objects int
	bytes   uint64
	reached int // targets
}

// newFlood searches around places.
func newFlood(s *slice, roots []rootRef, around []placeID) (*flood, error) {
	f := &flood{slice: s, roots: roots, block: make(blocked, len(s.places)), seen: graph.NewBitset(s.g.Len())}
	f.block.set(around, true)
	for i := range f.roots {
		f.root(&f.roots[i])
	}
	return f, f.drain()
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

func (b blocked) cuts(r *rootRef) bool { return b.has(r.places[0]) || b.has(r.places[1]) }

func (f *flood) root(r *rootRef) {
	if !f.block.cuts(r) {
		f.visit(f.g.Roots()[r.root].Node)
	}
}

func (f *flood) visit(n graph.NodeID) {
	if f.seen.Has(n) {
		return
	}
	f.seen.Add(n)
	f.objects++
	f.bytes += f.g.Size(n)
	if f.targets.Has(n) {
		f.reached++
	}
	if !f.g.Leaf(n) {
		f.stack = append(f.stack, n)
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
	f.step(n, func(to graph.NodeID, p placeID) {
		if !f.block.has(p) {
			f.visit(to)
		}
	})
	plain := f.g.Plain(n)
	for k, to := range f.g.Row(n) {
		if !f.area.set.Has(to) && (plain || firm(f.g, n, k)) {
			f.visit(to)
		}
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
	if len(places) == 0 {
		return nil
	}
	f.block.set(places, false)
	for i := range f.roots {
		f.root(&f.roots[i])
	}
	let := make(blocked, len(f.block))
	let.set(places, true)
	for n := range f.set.All() {
		if f.seen.Has(n) {
			f.step(n, func(to graph.NodeID, p placeID) {
				if let.has(p) {
					f.visit(to)
				}
			})
		}
	}
	return f.drain()
}
