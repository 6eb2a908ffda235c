package gocore

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// goroutine is one goroutine whose stack is being walked.
type goroutineRoots struct {
	*roots
	g      *goroutine
	places []*gotype.Place // of its frames, newest first
	found  []foundRoot     // added when the thread is known
}

type foundRoot struct {
	addr uint64
	root graph.Root
	in   holder
}

// goroutine adds a goroutine and everything that it holds.
func (r *roots) goroutine(g *goroutine) {
	s := &goroutineRoots{roots: r, g: g}
	if broken := s.walk(); broken != "" {
		s.warn(broken)
	}
	entry, _ := r.p.exe.FuncAt(g.startPC)
	t := r.places.Thread(gotype.Goroutine{ID: g.id, Status: g.status, Since: g.since,
		Reason: r.p.exe.WaitReason(g.reason, r.p.mem.bytes)}, entry.Name, s.places)
	id := r.b.AddThread(t)
	r.add(g.addr, gotype.ThreadRoot(id), holder{})
	for _, f := range s.found {
		f.root.Thread = id
		if f.root.Func == 0 || t.Rank == graph.RankRuntime {
			f.root.Rank = t.Rank
		}
		r.add(f.addr, f.root, f.in)
	}
}

// walk finds the goroutine's frames and what they hold. It returns why it
// stopped early, if it did.
func (r *goroutineRoots) walk() string {
	p, g := r.p, r.g
	if g.hi <= g.lo || g.hi-g.lo > 1<<32 {
		return "its stack has no size"
	}
	if r.stacks += g.hi - g.lo; r.stacks > uint64(min(2*p.src.Size, 4*p.src.Data+1<<30)) {
		return "the stacks before it are as large as all of the core"
	}
	s := stackScan{p: p, lo: g.lo, hi: g.hi, data: p.mem.bytes(g.lo, int(g.hi-g.lo))}
	if s.data == nil {
		return "its stack is not in the core"
	}
	s.found = r.stackRef
	s.walked = func(f *frame) { r.places = append(r.places, r.roots.places.At(f.symPC(), f.fn.Name)) }
	at, regs := p.origin(g)
	broken := s.run(at)
	r.registers(&s, at.pc, regs)
	r.deferred(&s)
	s.follow()
	p.mem.release(g.lo, g.hi-g.lo)
	return broken
}

// hold notes a root of the goroutine.
func (r *goroutineRoots) hold(addr uint64, root graph.Root, in holder) {
	r.found = append(r.found, foundRoot{addr, root, in})
}

// in is a root of a frame.
func in(at *gotype.Place, via graph.RefKind) graph.Root {
	return graph.Root{Kind: graph.RootStack, Rank: at.Rank, Via: via, Func: at.Func, File: at.File, Line: at.Line}
}

// registers adds what the registers of a running goroutine may refer to.
func (r *goroutineRoots) registers(s *stackScan, pc uint64, regs []uint64) {
	for i, v := range regs {
		if v >= s.lo && v < s.hi {
			s.guessed = append(s.guessed, v)
			continue
		}
		r.register(pc, r.p.core.arch.dwarf[i], v)
	}
}

// register adds what a register may refer to when the goroutine is at pc: what a
// variable there refers to, or else what looks like it.
func (r *goroutineRoots) register(pc, number, v uint64) {
	if _, sp, slot, ok := r.p.heap.find(v); !ok || r.p.heap.condemned(sp, slot) {
		return
	}
	fn, _ := r.p.exe.FuncAt(pc)
	root := in(r.roots.places.At(pc, fn.Name), graph.Conservative)
	what, from := "register", holder{}
	if r.registersAt.pc != pc {
		r.registersAt.pc, r.registersAt.list = pc, r.p.exe.Registers(pc)
	}
	for _, in := range r.registersAt.list {
		if in.Number == number {
			what, from.typ, root.Via = in.Name, in.Type, graph.Strong
		}
	}
	root.Var = r.b.String(what)
	r.hold(v, root, from)
}

func (r *goroutineRoots) warn(why string) {
	r.b.Warn(graph.Warning{Offset: -1, What: "a goroutine's stack could not be walked to its end",
		Effect: fmt.Sprintf("goroutine %d: %s; what is below is taken for pointers if it looks like them", r.g.id, why)})
}

// stackRef adds a root for a word of the stack.
func (r *goroutineRoots) stackRef(ref stackRef) {
	if _, _, _, ok := r.p.heap.find(ref.value); !ok {
		return
	}
	via := graph.Strong
	if ref.conservative {
		via = graph.Conservative
	}
	if ref.frame == nil {
		r.hold(ref.value, graph.Root{Kind: graph.RootStack, Via: via}, holder{})
		return
	}
	f := ref.frame
	if f.fn.Name == asyncPreempt {
		if number, ok := r.p.core.arch.spilledIn(ref.slot - f.sp); ok {
			r.register(f.lr, number, ref.value)
			return
		}
	}
	root := in(r.roots.places.At(f.symPC(), f.fn.Name), via)
	v, word := r.variable(f, ref.slot)
	if v == nil {
		r.hold(ref.value, root, holder{before: ref.before})
		return
	}
	root.Var, root.Ref = r.b.String(v.Name), r.b.String(v.Type.SlotLabel(word))
	r.hold(ref.value, root, holder{v.Type, word, ref.before})
}

// variable finds the local variable that a word of the frame belongs to.
func (r *roots) variable(f *frame, slot uint64) (*gotype.Local, uint64) {
	pc := f.symPC()
	locals, ok := r.local[pc]
	if !ok {
		locals = r.p.exe.Locals(pc)
		r.local[pc] = locals
	}
	for i := range locals {
		v := &locals[i]
		at := f.fp + uint64(v.CFAOffset)
		if v.Type != nil && slot >= at && slot < at+v.Type.Size {
			return v, (slot - at) / 8
		}
	}
	return nil, 0
}

// deferred adds the goroutine's saved context, deferred calls and panics.
func (r *goroutineRoots) deferred(s *stackScan) {
	m, l, g := r.p.mem, r.p.l, r.g
	s.frame = nil
	one := func(v uint64, what string) {
		if v >= s.lo && v < s.hi {
			s.precise = append(s.precise, v)
			return
		}
		r.hold(v, graph.Root{Kind: graph.RootStack, Var: r.b.String(what)}, holder{})
	}
	one(m.u64(g.addr+l.GSchedCtxt.off), "function")
	for d := range r.p.linked(m.u64(g.addr+l.GDefer.off), l.DeferLink.off) {
		one(m.u64(d+l.DeferFn.off), "deferred call")
		one(m.u64(d+l.DeferLink.off), "deferred call")
		if m.u8(d+l.DeferHeap.off) != 0 {
			one(d, "deferred call")
		}
	}
	if v := m.u64(g.addr + l.GPanic.off); v != 0 {
		one(v, "panic")
	}
}
