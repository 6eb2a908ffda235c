package cut

import (
	"github.com/refgraph/refgraph/graph"
)

// alone counts what a place frees if only it is cut, within what the whole answer
// frees. What leads to targets is known from the scenarios; what hangs below it is
// searched from the side that has less of it.
type alone struct {
	*numbers
	*spot
	own   graph.Bitset // what was searched
	stack []graph.NodeID
	buf   []graph.NodeID
	steps int
	bytes uint64 // of own
}

func (a *alone) frees() (uint64, error) {
	threads := a.slice.places[a.ids[0]].class >= 0
	freed, kept := 0, 0 // of what leads to targets
	for n := range a.area.set.All() {
		switch {
		case !a.w.has(n, a.only):
			freed++
		case !a.f.seen.Has(n):
			kept++
		}
	}
	if freed == 0 && !threads {
		return 0, nil // what it holds is held otherwise, and so is what hangs below that
	}
	a.own = graph.NewBitset(a.g.Len())
	if kept < freed {
		err := a.keeps()
		return a.out.FreesBytes - a.bytes, err
	}
	return a.below()
}

// add puts an object into what is searched, unless it stays alive with the whole
// answer cut.
func (a *alone) add(n graph.NodeID) {
	if a.own.Has(n) || a.f.seen.Has(n) {
		return
	}
	a.own.Add(n)
	a.bytes += a.g.Size(n)
	if !a.g.Leaf(n) {
		a.stack = append(a.stack, n)
	}
}

// drain searches what hangs below, without what leads to targets, of which it is
// known already.
func (a *alone) drain(add func(graph.NodeID)) error {
	for len(a.stack) > 0 {
		if a.steps++; a.steps%checkEvery == 0 && a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		n := a.stack[len(a.stack)-1]
		a.stack = a.stack[:len(a.stack)-1]
		for _, to := range firmRow(a.g, n, &a.buf) {
			if !a.area.set.Has(to) {
				add(to)
			}
		}
	}
	return nil
}

// cut reports whether a root's reference is cut with the place.
func (a *alone) cut(r *rootRef) bool {
	for _, p := range r.places {
		if p >= 0 && a.w.block[p+1]>>a.only&1 != 0 {
			return true
		}
	}
	return false
}

// keeps searches what the whole answer frees and the place alone does not.
func (a *alone) keeps() error {
	for n := range a.area.set.All() {
		if a.w.has(n, a.only) {
			a.add(n)
		}
	}
	for i := range a.roots {
		if n := a.g.Roots()[a.roots[i].root].Node; !a.area.set.Has(n) && !a.cut(&a.roots[i]) {
			a.add(n)
		}
	}
	return a.drain(a.add)
}

// below searches what hangs below that which the place frees, and takes out of it
// what something else holds too.
func (a *alone) below() (uint64, error) {
	for n := range a.area.set.All() {
		if !a.w.has(n, a.only) {
			a.add(n)
		}
	}
	for i := range a.roots {
		if n := a.g.Roots()[a.roots[i].root].Node; !a.area.set.Has(n) && a.cut(&a.roots[i]) {
			a.add(n)
		}
	}
	if err := a.drain(a.add); err != nil {
		return 0, err
	}
	if !a.shared() {
		return a.bytes, nil
	}
	return a.bytes, a.giveBack()
}

// shared reports whether something that was searched may be held otherwise: if
// each object's immediate dominator was searched as well, up to those that are
// known to be freed, then all of it is freed.
func (a *alone) shared() bool {
	for n := range a.own.All() {
		if d := a.dom.Idom(n); !a.area.set.Has(n) && (d == graph.None || !a.own.Has(d)) {
			return true
		}
	}
	return false
}

// giveBack takes out of what was searched what other objects and roots hold, in a
// pass over what the whole answer frees.
func (a *alone) giveBack() error {
	give := func(n graph.NodeID) {
		if a.own.Has(n) && !a.area.set.Has(n) {
			a.own.Remove(n)
			a.bytes -= a.g.Size(n)
			a.stack = append(a.stack, n)
		}
	}
	for i := range a.roots {
		if !a.cut(&a.roots[i]) {
			give(a.g.Roots()[a.roots[i].root].Node)
		}
	}
	held, _ := firmly(a.tree)
	for _, n := range held {
		if a.own.Has(n) || a.f.seen.Has(n) || a.g.Leaf(n) {
			continue
		}
		for _, to := range firmRow(a.g, n, &a.buf) {
			give(to)
		}
	}
	return a.drain(give)
}
