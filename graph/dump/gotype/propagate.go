package gotype

import (
	"context"
	"math/bits"
	"runtime"
	"slices"
	"strings"
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
// later one only says more (see refines).
//
// It begins with what variables refer to. Objects whose type the dump has, but
// that were not reached so, come next: many are garbage, whose pointers can lead
// to memory that is something else by now. What nothing else tells is taken from
// type words before pointers (Hint) and from slices of a part of an array.
func (ty *Typer) Run(ctx context.Context, workers int) error {
	if ty.exe == nil {
		return ty.finish(ctx, workers)
	}
	if err := ty.noteFacts(ctx, workers); err != nil {
		return err
	}
	p := &propagation{Typer: ty, ctx: ctx, workers: workers}
	p.alone = p.worker()
	for _, n := range ty.objects {
		p.alone.node(n)
	}
	if err := p.from(ty.variables, nil); err != nil {
		return err
	}
	for _, scan := range []func(w *propagator, lo, hi graph.NodeID){(*propagator).takeExact, (*propagator).takeHints} {
		if err := p.from(nil, scan); err != nil {
			return err
		}
	}
	interior := (*propagator).takeInterior
	if len(ty.col) > 1<<20 && p.untyped.Load() < int64(len(ty.col)>>12) {
		interior = nil // looking at all references again is not worth it
	}
	if err := p.from(ty.shapes, interior); err != nil {
		return err
	}
	err := ty.finish(ctx, workers)
	ty.col, ty.objects, ty.variables, ty.shapes, ty.hints.types = nil, nil, nil, nil, nil
	return err
}

// from does rounds that begin with variables, and with what a scan over all
// objects finds.
func (p *propagation) from(variables []variable, scan func(w *propagator, lo, hi graph.NodeID)) error {
	for _, v := range variables {
		p.alone.slot(v.slot.Kind, v.slot.To, v.node)
	}
	p.done(p.alone)
	if scan != nil {
		if err := p.scan(scan); err != nil {
			return err
		}
	}
	return p.run()
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

	untyped atomic.Int64 // objects, when hints were taken
	wide    graph.Bitset // the objects of a wide round; empty between rounds
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
		if cur.exact() {
			rank = claimFollowed
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
	return !cur.exact() && (in.t.startsWith(old.t) || in.t.isMadeOf(old.t) || old.shape && in.hasShape(old))
}

// hasShape reports whether a type can be what generic functions know by a shape.
func (in *info) hasShape(shape *info) bool {
	generic := func(t *Type) string { name, _, _ := strings.Cut(t.FullName, "["); return name }
	return !in.shape && in.t.Part == shape.t.Part && in.t.Size == shape.t.Size && in.t.PtrBytes == shape.t.PtrBytes &&
		(generic(in.t) == generic(shape.t) || strings.HasPrefix(shape.t.FullName, shapePrefix))
}

// isMadeOf reports whether a t is what its users see of an s of the runtime, to
// which the runtime's own variables point.
func (t *Type) isMadeOf(s *Type) bool {
	switch t.Part {
	case PartMap:
		return s.FullName == "internal/runtime/maps.Map"
	case PartChan:
		return s.FullName == "runtime.hchan"
	}
	return false
}

// maxDepth bounds how deep types are nested at their start.
const maxDepth = 32

// depth is how many types a t has at its start, each within the one before.
func (t *Type) depth() (n uint8) {
	for n < maxDepth {
		if t.Part != PartNone {
			return n
		}
		next, in, _ := t.step(0, nil)
		if next == nil || in != 0 {
			return n
		}
		t = next
		n++
	}
	return n
}

// startsWith reports whether the first bytes of a t are an s.
func (t *Type) startsWith(s *Type) bool {
	if t.Part != PartNone || s.Part != PartNone || t.Size < s.Size {
		return false
	}
	for range maxDepth {
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
