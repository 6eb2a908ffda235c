package gotype

import (
	"encoding/binary"

	"github.com/refgraph/refgraph/graph"
)

// takeExact follows the objects of exact type that were not reached.
func (w *propagator) takeExact(lo, hi graph.NodeID) {
	for n := lo; n < hi; n++ {
		w.reach(n, w.load(n))
	}
}

// reach sees to it that the references of an object of exact type are followed.
func (w *propagator) reach(m graph.NodeID, c claim) {
	if c.rank() == claimExact && w.cas(m, c, makeClaim(claimFollowed, c.number())) {
		w.push(m, w.info(c.number()))
	}
}

// takeHints believes the hints for objects that nothing else told the type of.
func (w *propagator) takeHints(lo, hi graph.NodeID) {
	untyped := 0
	for n := lo; n < hi; n++ {
		switch c := w.load(n); c.rank() {
		case claimNone:
			untyped++
		case claimHint:
			if w.cas(n, c, makeClaim(claimOld, c.number())) {
				w.push(n, w.info(c.number()))
			}
		}
	}
	w.untyped.Add(int64(untyped))
}

// takeInterior types untyped objects by slices and strings that start inside
// them, and blocks that small values share by pointers to those.
func (w *propagator) takeInterior(lo, hi graph.NodeID) {
	for n := lo; n < hi; n++ {
		c := w.load(n)
		if !w.settledBefore(c) {
			continue
		}
		in := w.info(c.number())
		if in.scan == scanNo {
			continue
		}
		for i, label := range w.g.Slots(n) {
			if label == graph.FarSlot && w.g.Label(n, i)&slotInterior == 0 || label&slotInterior == 0 {
				continue
			}
			m := w.g.Row(n)[i]
			if r := w.load(m).rank(); r != claimNone && r != w.roundRank()+1 {
				continue
			}
			s := in.t.Slot(slotWord(w.g.Label(n, i)))
			switch {
			case s.To == nil:
			case s.Kind == SlotSlice, s.Kind == SlotString, s.Kind == SlotPtr && w.info(s.To.id).tiny && w.g.Size(m) == tinySize:
				w.propose(m, s.To.id, 1)
			case s.Kind == SlotPtr:
				w.proposeLarger(m, w.info(s.To.id), 1)
			}
		}
	}
}

// roundRank is the rank of claims by interfaces in this round.
func (ty *Typer) roundRank() uint32 { return claimRound + 2*ty.round }

// node follows all references of a typed object.
func (w *propagator) node(n graph.NodeID) {
	in := w.info(w.load(n).number())
	if in.scan == scanNo {
		return
	}
	row, tiled := w.g.Row(n), in.t.Part.tiled()
	for i, slot := range w.g.Slots(n) {
		label := uint32(slot)
		if slot == graph.FarSlot {
			label = w.g.Label(n, i)
		}
		if label&slotInterior != 0 {
			w.reach(row[i], w.load(row[i]))
			continue
		}
		word := slotWord(label)
		if in.flat == nil {
			s := in.t.Slot(word)
			w.slot(s.Kind, s.To, row[i])
			continue
		}
		if word >= uint64(len(in.flat)) {
			if !tiled {
				continue
			}
			word %= uint64(len(in.flat))
		}
		switch code := in.flat[word]; code.kind() {
		case SlotPtr, SlotSlice, SlotString, SlotMap, SlotChan, SlotInner, SlotPool:
			if to := code.to(); to != 0 {
				w.propose(row[i], to, 1)
			}
		case SlotNone, SlotTyp:
		default:
			w.special(code.kind(), code.to(), row[i])
		}
	}
}

// slot is one reference of a slot.
func (w *propagator) slot(kind SlotKind, to *Type, m graph.NodeID) {
	var number uint32
	if to != nil {
		number = to.id
	}
	switch kind {
	case SlotPtr, SlotSlice, SlotString, SlotMap, SlotChan, SlotInner, SlotPool:
		if number != 0 {
			w.propose(m, number, 1)
		}
	default:
		w.special(kind, number, m)
	}
}

// special is a reference of a slot that alone does not tell the target's type.
func (w *propagator) special(kind SlotKind, number uint32, m graph.NodeID) {
	switch kind {
	case SlotMapDir:
		if number == 0 {
			return
		}
		// The first word of a group is its control bytes, that of a directory
		// points to a table.
		if s := w.g.Slots(m); len(s) > 0 && s[0] == 0 {
			if dir := w.info(number).t.base.MapPart(PartDirectory); dir != nil {
				number = dir.id
			}
		}
		w.propose(m, number, 1)
	case SlotEface, SlotIface:
		if c := w.load(m); c.rank() == claimHint {
			w.propose(m, c.number(), 0)
		} else {
			w.reach(m, c)
		}
	case SlotUnsafe:
		w.reach(m, w.load(m))
	case SlotFunc:
		if t := w.closure(m); t != nil {
			w.propose(m, t.id, 1)
		} else {
			w.reach(m, w.load(m))
		}
	}
}

// closure is the type of a function value, if it is not known yet: by its first
// word.
func (w *propagator) closure(m graph.NodeID) *Type {
	c := w.load(m)
	if c.rank() == claimHint {
		if t := w.info(c.number()).t; t.Part == PartClosure {
			return t
		}
	}
	if c.rank() > claimHint && w.info(c.number()).t.Part == PartClosure || w.Content == nil {
		return nil
	}
	if b := w.Content(m); len(b) >= 8 {
		return w.exe.Closure(binary.LittleEndian.Uint64(b))
	}
	return nil
}

// propose claims a type for an object: directly, or by an interface, which
// counts less.
func (w *propagator) propose(m graph.NodeID, number uint32, direct uint32) {
	rank := w.roundRank() + direct
	for {
		cur := w.load(m)
		if cur.rank() == claimExact {
			w.reach(m, cur)
			continue
		}
		if cur.number() == number && cur.rank() > claimHint {
			if cur.rank() == rank-1 && direct == 1 && !w.cas(m, cur, makeClaim(rank, number)) {
				continue
			}
			return
		}
		in := w.info(number)
		if w.settledBefore(cur) {
			if w.refines(number, cur) && w.fits(in, w.fact(m), m) {
				w.upgrades = append(w.upgrades, upgrade{m, number})
			}
			return
		}
		if !w.canBe(in, cur, m) {
			w.proposeLarger(m, in, direct)
			return
		}
		if cur.rank() > rank || cur.rank() == rank && !in.better(w.info(cur.number())) {
			return
		}
		if !w.cas(m, cur, makeClaim(rank, number)) {
			continue
		}
		if cur.rank() != claimNone && w.info(cur.number()).depth > 0 {
			// What gave way may begin with what the object turns out to be:
			// an interface has the whole, a method's receiver what is embedded.
			w.upgrades = append(w.upgrades, upgrade{m, cur.number()})
		}
		if cur.rank() <= claimHint || w.info(cur.number()).scan == scanNo {
			w.push(m, in)
		}
		return
	}
}

// canBe reports whether an object of this claim can be of a type. Hints have
// been checked before.
func (w *propagator) canBe(in *info, cur claim, m graph.NodeID) bool {
	switch {
	case cur.rank() == claimNone:
		return w.fits(in, slotFact(cur.number()), m)
	case cur.number() == in.t.id:
		return true
	}
	return w.fits(in, w.fact(m), m)
}

// settledBefore reports whether a claim is of an earlier round.
func (w *propagator) settledBefore(c claim) bool {
	return c.rank() > claimHint && c.rank() != w.roundRank() && c.rank() != w.roundRank()+1
}

func (w *propagator) proposeLarger(m graph.NodeID, in *info, direct uint32) {
	for _, number := range in.larger {
		if w.fits(w.info(number), w.fact(m), m) {
			w.propose(m, number, direct)
			return
		}
	}
}

// push notes a newly typed object for the next round.
func (w *propagator) push(n graph.NodeID, in *info) {
	if in.scan == scanNo {
		return
	}
	if len(w.found) == cap(w.found) {
		if len(w.found) > 0 {
			w.full = append(w.full, w.found)
		}
		w.found = w.block()
	}
	w.found = append(w.found, n)
}

// block returns an empty block.
func (p *propagation) block() []graph.NodeID {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := len(p.spare); k > 0 {
		b := p.spare[k-1]
		p.spare = p.spare[:k-1]
		return b[:0]
	}
	return make([]graph.NodeID, 0, blockLen)
}
