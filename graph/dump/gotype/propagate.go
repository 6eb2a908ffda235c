package gotype

import (
	"context"
	"encoding/binary"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
)

// Run finds types until nothing new is found, and sets type, source and
// internal flag of every node of the builder. Rows must have been built.
//
// It goes in rounds: all objects typed in one round tell the types of the
// objects they refer to in the next. Of several types for one object in one
// round the best one is taken (see info.better), so that the result does not
// depend on which core was faster; a type of an earlier round stays, unless a
// later one only says more (see refines). What nothing else tells is taken
// from type words before pointers (Hint) and from slices of a part of an array,
// and the rounds go on from there.
func (ty *Typer) Run(ctx context.Context, workers int) error {
	if ty.exe == nil {
		return ty.finish(ctx, workers)
	}
	if err := ty.noteFacts(ctx, workers); err != nil {
		return err
	}
	p := &propagation{Typer: ty, ctx: ctx, workers: workers}
	p.alone = p.worker()
	for _, v := range ty.variables {
		p.alone.slot(v.slot.Kind, v.slot.To, v.node)
	}
	p.done(p.alone)
	ty.variables = nil
	steps := []func(w *propagator, lo, hi graph.NodeID){(*propagator).settled, (*propagator).takeHints, (*propagator).takeInterior}
	for _, step := range steps {
		if err := p.scan(step); err != nil {
			return err
		}
		if err := p.run(); err != nil {
			return err
		}
	}
	err := ty.finish(ctx, workers)
	ty.col = nil
	return err
}

// chunk is how many nodes a worker does at once.
const chunk = 1 << 15

func (ty *Typer) chunks(ctx context.Context, workers int, do func(lo, hi graph.NodeID)) error {
	n := len(ty.col)
	return graph.Parallel(ctx, (n+chunk-1)/chunk, workers, func(i int) error {
		do(graph.NodeID(i*chunk), graph.NodeID(min(n, (i+1)*chunk)))
		return nil
	})
}

// noteFacts keeps what is known of untyped objects where their type will be,
// and drops hints that do not go with it.
func (ty *Typer) noteFacts(ctx context.Context, workers int) error {
	return ty.chunks(ctx, workers, func(lo, hi graph.NodeID) {
		for n := lo; n < hi; n++ {
			c := ty.col[n]
			if c.rank() > claimHint {
				continue
			}
			if f := ty.fact(n); c.rank() == claimNone || !ty.fits(ty.info(c.number()), f, n) {
				ty.col[n] = makeClaim(claimNone, uint32(f))
			}
		}
	})
}

// propagation is the state of one Run.
type propagation struct {
	*Typer
	ctx      context.Context
	workers  int
	next     [][]graph.NodeID // typed in this round, in blocks
	upgrades []upgrade

	mu    sync.Mutex
	spare [][]graph.NodeID // blocks to use again
	alone *propagator      // for rounds that are too small for two
	wide  graph.Bitset     // the objects of a wide round; empty between rounds
}

// upgrade is a better type for an object that was typed in an earlier round.
// They take effect between rounds.
type upgrade struct {
	node   graph.NodeID
	number uint32
}

// propagator is one worker of a round.
type propagator struct {
	*propagation
	found    []graph.NodeID
	full     [][]graph.NodeID
	upgrades []upgrade
}

const blockLen = 1 << 12

func (p *propagation) worker() *propagator { return &propagator{propagation: p} }

// done collects what a worker has found.
func (p *propagation) done(w *propagator) {
	if len(w.found) > 0 {
		w.full = append(w.full, w.found)
	}
	p.next = append(p.next, w.full...)
	p.upgrades = append(p.upgrades, w.upgrades...)
	w.found, w.full, w.upgrades = nil, nil, nil
}

// each runs do(i) for i in [0, n) on all cores and collects what was found.
func (p *propagation) each(n int, do func(w *propagator, i int)) error {
	if n == 1 {
		do(p.alone, 0)
		p.done(p.alone)
		return p.ctx.Err()
	}
	made := make([]*propagator, min(n, max(p.workers, runtime.GOMAXPROCS(0))))
	workers := make(chan *propagator, len(made))
	for i := range made {
		made[i] = p.worker()
		workers <- made[i]
	}
	err := graph.Parallel(p.ctx, n, p.workers, func(i int) error {
		w := <-workers
		do(w, i)
		workers <- w
		return nil
	})
	for _, w := range made {
		p.done(w)
	}
	return err
}

// scan runs a step over all nodes.
func (p *propagation) scan(step func(w *propagator, lo, hi graph.NodeID)) error {
	n := len(p.col)
	return p.each((n+chunk-1)/chunk, func(w *propagator, i int) {
		step(w, graph.NodeID(i*chunk), graph.NodeID(min(n, (i+1)*chunk)))
	})
}

// run does rounds until one finds nothing.
func (p *propagation) run() error {
	for p.settle(); len(p.next) > 0; p.settle() {
		now := p.next
		p.next = nil
		if err := p.follow(now); err != nil {
			return err
		}
		p.spare = append(p.spare, now...)
	}
	return nil
}

// wideRound is how many objects a round must have to be worth putting in order.
const wideRound = 1 << 15

// follow follows the references of all objects of a round. A wide round is
// done in the order of addresses, as a bit set has it: programs allocate
// together what belongs together, so most of what is read is then in the cache.
func (p *propagation) follow(now [][]graph.NodeID) error {
	total := 0
	for _, b := range now {
		total += len(b)
	}
	if total < wideRound {
		return p.each(len(now), func(w *propagator, i int) {
			for _, n := range now[i] {
				w.node(n)
			}
		})
	}
	if p.wide == nil {
		p.wide = graph.NewBitset(len(p.col))
	}
	for _, b := range now {
		for _, n := range b {
			p.wide.Add(n)
		}
	}
	return p.scan(func(w *propagator, lo, hi graph.NodeID) {
		for i := lo / 64; i < (hi+63)/64; i++ {
			set := p.wide[i]
			p.wide[i] = 0
			for ; set != 0; set &= set - 1 {
				w.node(i*64 + graph.NodeID(bits.TrailingZeros64(set)))
			}
		}
	})
}

// settle ends a round: it takes the upgrades, best last.
func (p *propagation) settle() {
	p.round = (p.round + 1) % rounds
	slices.SortFunc(p.upgrades, func(a, b upgrade) int {
		switch {
		case a.node != b.node:
			return int(int64(a.node) - int64(b.node))
		case a.number == b.number:
			return 0
		case p.info(b.number).better(p.info(a.number)):
			return -1
		}
		return 1
	})
	var again []graph.NodeID
	for _, u := range p.upgrades {
		cur := p.col[u.node]
		if cur.number() == u.number || !p.refines(u.number, cur) {
			continue
		}
		rank := uint32(claimOld)
		if cur.rank() == claimExact {
			rank = claimExact
		}
		p.col[u.node] = makeClaim(rank, u.number)
		again = append(again, u.node)
	}
	p.upgrades = p.upgrades[:0]
	if len(again) > 0 {
		p.next = append(p.next, slices.Compact(again))
	}
}

// refines reports whether a type says more about an object than the one it has:
// it starts with it, or tells which container's part it is.
func (p *propagation) refines(number uint32, cur claim) bool {
	in, old := p.info(number), p.info(cur.number())
	if in.t.Internal() {
		return !old.t.Internal() && (old.t.Part == PartNone || old.t.Part == PartArray) && old.t.Size == in.t.Size &&
			old.t.PtrBytes > 0 == (in.t.PtrBytes > 0)
	}
	return cur.rank() != claimExact && in.t.startsWith(old.t)
}

// startsWith reports whether the first bytes of a t are an s.
func (t *Type) startsWith(s *Type) bool {
	if t.Part != PartNone || s.Part != PartNone || t.Size < s.Size {
		return false
	}
	for range 32 {
		next, in, _ := t.step(0, nil)
		if next == nil || in != 0 {
			return false
		}
		if t = next; t == s {
			return true
		}
	}
	return false
}

// settled follows what was known before the first round.
func (w *propagator) settled(lo, hi graph.NodeID) {
	for n := lo; n < hi; n++ {
		if r := w.load(n).rank(); r == claimOld || r == claimExact {
			w.node(n)
		}
	}
}

// takeHints believes the hints for objects that nothing else told the type of.
func (w *propagator) takeHints(lo, hi graph.NodeID) {
	for n := lo; n < hi; n++ {
		if c := w.load(n); c.rank() == claimHint && w.cas(n, c, makeClaim(claimOld, c.number())) {
			w.push(n, w.info(c.number()))
		}
	}
}

// takeInterior types untyped objects by slices and strings that start inside
// them.
func (w *propagator) takeInterior(lo, hi graph.NodeID) {
	for n := lo; n < hi; n++ {
		c := w.load(n)
		if c.rank() < claimOld || c.rank() == w.roundRank() || c.rank() == w.roundRank()+1 {
			continue
		}
		in := w.info(c.number())
		if in.scan == scanNo {
			continue
		}
		words := w.wordsOf(n, in)
		for i, label := range words.slots {
			if label&uint16(SlotInterior) == 0 {
				continue
			}
			m := w.g.Row(n)[i]
			if r := w.load(m).rank(); r != claimNone && r != w.roundRank()+1 {
				continue
			}
			if s := in.t.Slot(words.at(i)); (s.Kind == SlotSlice || s.Kind == SlotString) && s.To != nil {
				w.propose(m, s.To.id, 1)
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
	row, words := w.g.Row(n), w.wordsOf(n, in)
	tiled := in.t.Part.tiled()
	for i, label := range words.slots {
		if label&uint16(SlotInterior) != 0 {
			continue
		}
		word := uint64(label)
		if uint32(label) == SlotWordMask {
			word = words.at(i)
		}
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
		case SlotPtr, SlotSlice, SlotString, SlotMap, SlotChan, SlotInner:
			if to := code.to(); to != 0 {
				w.propose(row[i], to, 1)
			}
		case SlotNone, SlotTyp, SlotUnsafe:
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
	case SlotPtr, SlotSlice, SlotString, SlotMap, SlotChan, SlotInner:
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
		}
	case SlotFunc:
		if t := w.closure(m); t != nil {
			w.propose(m, t.id, 1)
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
	if c.rank() > claimHint || w.Content == nil {
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
		if cur.number() == number && cur.rank() > claimHint {
			if cur.rank() == w.roundRank() && direct == 1 && !w.cas(m, cur, makeClaim(rank, number)) {
				continue
			}
			return
		}
		in := w.info(number)
		switch {
		case cur.rank() == claimNone:
			if !w.fits(in, slotFact(cur.number()), m) {
				w.proposeLarger(m, in, direct)
				return
			}
		case cur.rank() == claimHint:
			if cur.number() != number && !w.fits(in, w.fact(m), m) {
				w.proposeLarger(m, in, direct)
				return
			}
		case cur.rank() == rank || cur.rank() == rank-1 && direct == 1:
			if cur.rank() == rank && !in.better(w.info(cur.number())) || !w.fits(in, w.fact(m), m) {
				return
			}
		default:
			if cur.rank() != rank+1 && w.refines(number, cur) && w.fits(in, w.fact(m), m) {
				w.upgrades = append(w.upgrades, upgrade{m, number})
			}
			return
		}
		if !w.cas(m, cur, makeClaim(rank, number)) {
			continue
		}
		if cur.rank() <= claimHint || w.info(cur.number()).scan == scanNo {
			w.push(m, in)
		}
		return
	}
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

// finish registers the types that are in use and writes the columns.
func (ty *Typer) finish(ctx context.Context, workers int) error {
	ids, err := ty.register(ctx, workers)
	if err != nil {
		return err
	}
	return graph.Parallel(ctx, (ty.g.Len()+chunk-1)/chunk, workers, func(i int) error {
		for n := graph.NodeID(i * chunk); n < graph.NodeID(min(ty.g.Len(), (i+1)*chunk)); n++ {
			ty.finishNode(n, ids)
		}
		return nil
	})
}

func (ty *Typer) finishNode(n graph.NodeID, ids []graph.TypeID) {
	var c claim
	if ty.col != nil {
		c = ty.col[n]
	}
	if c.rank() <= claimHint {
		id := ty.g.Type(n)
		if int(id) >= len(ty.sizes.scan) || ty.sizes.scan[id] == scanUnknown {
			id = ty.SizeType(ty.g.Size(n), len(ty.g.Row(n)))
		}
		ty.b.SetType(n, id, graph.TypeSizeClass)
		return
	}
	src := graph.TypeInferred
	if c.rank() == claimExact {
		src = graph.TypeExact
	}
	ty.b.SetType(n, ids[c.number()], src)
	if ty.info(c.number()).t.Folded() {
		ty.b.SetInternal(n)
	}
}

// register adds the types in use to the graph's table, in an order that does
// not depend on when they were found. The result is indexed by type number.
func (ty *Typer) register(ctx context.Context, workers int) ([]graph.TypeID, error) {
	if ty.exe == nil {
		return nil, nil
	}
	used := make([]atomic.Bool, len(ty.exe.types.all))
	err := ty.chunks(ctx, workers, func(lo, hi graph.NodeID) {
		last := uint32(0)
		for _, c := range ty.col[lo:hi] {
			if c.rank() > claimHint && c.number() != last {
				last = c.number()
				if !used[last].Load() {
					used[last].Store(true)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var list []*info
	for i := range used {
		if used[i].Load() {
			list = append(list, ty.info(uint32(i)))
		}
	}
	slices.SortFunc(list, func(a, b *info) int {
		if a.better(b) {
			return -1
		}
		return 1
	})
	ids := make([]graph.TypeID, len(used))
	taken := map[string]bool{}
	for _, in := range list {
		id := ty.b.Types().Add(uniqueName(in.t, taken))
		ids[in.t.id] = id
		for len(ty.byTypeID) <= int(id) {
			ty.byTypeID = append(ty.byTypeID, nil)
		}
		ty.byTypeID[id] = in.t
	}
	return ids, nil
}

// uniqueName is the short name, or the full one if another type has it.
func uniqueName(t *Type, taken map[string]bool) string {
	for _, name := range []string{t.Name, t.FullName, t.FullName + " (value)"} {
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
	return t.FullName
}
