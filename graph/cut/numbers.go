package cut

import (
	"cmp"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/retain"
)

const (
	// maxShown is how many places are named at most; the rest is let in.
	maxShown = 6
	// maxTried is up to how many places each is let in by itself to count what
	// returns.
	maxTried = 48

	// left is the share of the targets, and of their bytes, that may stay for a place
	// less: who leaks hundreds does not look for the last one first.
	left = 0.01
	// leftDear is the share if each of the places costs costDear: what a server does
	// just now holds some as well, and cutting that is cutting the program.
	leftDear = 0.05
	costDear = 2500
)

// numbers counts what a set of places does: targets by searches of what leads to
// them, bytes by one of the whole heap and of what the set frees.
type numbers struct {
	*survey
	tree    *retain.Tree
	out     *Answer
	roots   []rootRef
	set     []placeID
	places  []*spot
	w       *scenarios // in which each of the shown places alone is cut
	f       *flood
	objects int // that are held for good, without any cut
	bytes   uint64
}

// spot is a place of the answer: one or two places of the net that are one in
// the program's text.
type spot struct {
	ids     []placeID
	weight  float64 // targets below it, estimated
	back    tally   // what returns if all but this are cut
	reaches int
	sole    int // targets that are freed if only this is cut
	only    int // the scenario of that
	counted bool
}

func (n *numbers) run(set []placeID) error {
	n.objects, n.bytes = firmTotal(n.tree, n.dom)
	n.out.Alive = n.alive
	n.set, n.roots = set, n.allRoots()
	n.places = n.spots(set)
	n.out.Held = len(n.places)
	shown, err := n.search()
	if err != nil {
		return err
	}
	for _, s := range n.places[shown:] {
		n.out.Rest = append(n.out.Rest, n.place(s))
	}
	return n.each(n.places[:shown])
}

// search searches the heap around the whole set, and at the same time what leads to
// targets, to tell what of the set is let in then.
func (n *numbers) search() (shown int, err error) {
	workers := 2
	if n.over {
		workers = 1 // places are named again while searching
	}
	err = graph.Parallel(n.ctx, 2, workers, func(i int) (err error) {
		if i == 0 {
			n.f, err = newFlood(n.slice, n.roots, n.set)
		} else if err = n.order(); err == nil {
			shown, err = n.tolerance()
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	n.out.Verified = n.f.reached == 0
	var rest []placeID
	for _, s := range n.places[shown:] {
		rest = append(rest, s.ids...)
	}
	if err := n.f.let(rest); err != nil {
		return 0, err
	}
	n.out.Stays = n.f.reached
	n.out.FreesTargets = n.alive - n.f.reached
	n.out.FreesObjects, n.out.FreesBytes = n.objects-n.f.objects, n.bytes-n.f.bytes
	return shown, nil
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
	if len(n.set) == 1 && len(n.places) == 1 { // one place is all: nothing else holds them
		n.places[0].back.targets, n.places[0].reaches, n.places[0].counted = n.alive, n.alive, true
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
	for list := range slices.Chunk(tried, maxScenarios) {
		if err := n.count(list, true, len(tried) <= maxShown); err != nil {
			return err
		}
	}
	slices.SortStableFunc(tried, func(a, b *spot) int {
		return cmp.Or(cmp.Compare(b.back.targets, a.back.targets), cmp.Compare(b.back.bytes, a.back.bytes), cmp.Compare(a.ids[0], b.ids[0]))
	})
	return nil
}

// count searches what returns without each of some places, and what each alone
// does.
func (n *numbers) count(list []*spot, back, alone bool) error {
	w := newScenarios(n.slice, n.roots)
	type asked struct{ back, only, reach int }
	ask := make([]asked, len(list))
	for i, s := range list {
		if back {
			ask[i].back = w.cut(n.without(s.ids)...)
		}
		if alone {
			ask[i].only, ask[i].reach = w.cut(n.onlyThis(s)...), w.reach(s.ids...)
		}
	}
	if alone {
		w.cut() // nothing, so that all is met
	}
	if err := w.run(); err != nil {
		return err
	}
	got := w.tallies()
	for i, s := range list {
		if back {
			s.back = got[ask[i].back]
		}
		if alone {
			s.sole, s.only, s.reaches, s.counted = n.alive-got[ask[i].only].targets, ask[i].only, got[ask[i].reach].targets, true
			n.w = w
		}
	}
	return nil
}

// without is the set without some of its places.
func (n *numbers) without(places []placeID) []placeID {
	return slices.DeleteFunc(slices.Clone(n.set), func(p placeID) bool { return slices.Contains(places, p) })
}

// onlyThis is what is cut if no other place is than one: it, and what lets go by
// itself.
func (n *numbers) onlyThis(s *spot) []placeID {
	return slices.DeleteFunc(slices.Clone(n.set), func(p placeID) bool {
		return !n.slice.places[p].free && !slices.Contains(s.ids, p)
	})
}

// tolerance returns how many places are shown: those for which few targets stay
// alive are let in, and those that are too many to name.
func (n *numbers) tolerance() (shown int, err error) {
	if len(n.places) > maxTried {
		return maxShown, nil
	}
	shown = min(len(n.places), maxShown)
	all := float64(n.alive)
	var bytes float64
	for t := range n.targets.All() {
		bytes += float64(n.g.Size(t))
	}
	few := func(t tally, in []*spot) bool {
		share := left
		if !slices.ContainsFunc(in, func(s *spot) bool { return n.slice.net.sum(s.ids) < costDear }) {
			share = leftDear
		}
		return float64(t.targets) <= share*all && float64(t.bytes) <= share*bytes
	}
	first := shown // of those at the end that may be let in: others are too many with more as well
	for first > 1 && few(n.places[first-1].back, n.places[first-1:first]) {
		first--
	}
	if first == shown {
		return shown, nil
	}
	w := newScenarios(n.slice, n.roots)
	for at := first; at < shown; at++ { // scenario at-first lets in all from there on
		var in []placeID
		for _, s := range n.places[at:] {
			in = append(in, s.ids...)
		}
		w.cut(n.without(in)...)
	}
	if err := w.run(); err != nil {
		return 0, err
	}
	got := w.tallies()
	for shown > first && few(got[shown-1-first], n.places[shown-1:]) {
		shown--
	}
	return shown, nil
}

// each names the shown places, with what each does alone, when all others are let
// in.
func (n *numbers) each(shown []*spot) error {
	if slices.ContainsFunc(shown, func(s *spot) bool { return !s.counted }) {
		if err := n.count(shown, false, true); err != nil {
			return err
		}
	}
	for _, s := range shown {
		p := n.place(s)
		p.Reaches, p.Sole = s.reaches, s.sole
		if len(shown) == 1 { // all that is cut
			p.Sole, p.AloneFrees = n.out.FreesTargets, n.out.FreesBytes
		} else {
			a := alone{numbers: n, spot: s}
			bytes, err := a.frees()
			if err != nil {
				return err
			}
			p.AloneFrees = bytes
		}
		n.out.Places = append(n.out.Places, p)
	}
	return nil
}

// belowOf is about how many targets are below what a place holds.
func (n *numbers) belowOf(s *spot) (below float64) {
	for _, p := range s.ids {
		below += n.slice.places[p].stats.below
	}
	return below
}
