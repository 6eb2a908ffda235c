package gocore

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// goroutineRoots adds everything that one goroutine holds.
func (r *roots) goroutine(g *goroutine) {
	p := r.p
	fn, _ := p.exe.FuncAt(g.startPC)
	rank := p.exe.RankOf(fn.Package())
	title, group := g.title(fn)
	r.add(g.addr, r.name(graph.Root{Kind: graph.RootThread, Rank: rank}, title, group), holder{})
	if g.hi <= g.lo || g.hi-g.lo > 1<<32 {
		r.warnStack(g, "its stack has no size")
		return
	}
	s := stackScan{p: p, lo: g.lo, hi: g.hi, data: p.mem.bytes(g.lo, int(g.hi-g.lo))}
	if s.data == nil {
		r.warnStack(g, "its stack is not in the core")
		return
	}
	s.found = func(ref stackRef) { r.stackRef(g, title, group, rank, ref) }
	at, regs := p.origin(g)
	broken := s.run(at)
	r.registers(g, &s, at.pc, regs)
	r.deferred(g, &s, title, group, rank)
	s.follow()
	if broken != "" {
		r.warnStack(g, broken)
	}
	p.mem.release(g.lo, g.hi-g.lo)
}

// registers adds what the registers of a running goroutine may refer to.
func (r *roots) registers(g *goroutine, s *stackScan, pc uint64, regs []uint64) {
	for i, v := range regs {
		if v >= g.lo && v < g.hi {
			s.guessed = append(s.guessed, v)
			continue
		}
		r.register(g, pc, r.p.core.arch.dwarf[i], v)
	}
}

// register adds what a register may refer to when the goroutine is at pc: what a
// variable there refers to, or else what looks like it.
func (r *roots) register(g *goroutine, pc, number, v uint64) {
	if _, sp, slot, ok := r.p.heap.find(v); !ok || r.p.heap.condemned(sp, slot) {
		return
	}
	fn, _ := r.p.exe.FuncAt(pc)
	name, group := g.title(fn)
	root := graph.Root{Kind: graph.RootStack, Rank: r.p.exe.RankOf(fn.Package()), Via: graph.Conservative}
	what, from := " · register", holder{}
	if r.registersAt.pc != pc {
		r.registersAt.pc, r.registersAt.list = pc, r.p.exe.Registers(pc)
	}
	for _, in := range r.registersAt.list {
		if in.Number == number {
			what, from.typ, root.Via = " · "+in.Name, in.Type, graph.Strong
		}
	}
	r.add(v, r.name(root, name+what, group+what), from)
}

func (r *roots) warnStack(g *goroutine, why string) {
	r.b.Warn(graph.Warning{Offset: -1, What: "a goroutine's stack could not be walked to its end",
		Effect: fmt.Sprintf("goroutine %d: %s; what is below is taken for pointers if it looks like them", g.id, why)})
}

// stackRef adds a root for a word of the stack.
func (r *roots) stackRef(g *goroutine, title, group string, rank uint8, ref stackRef) {
	if _, _, _, ok := r.p.heap.find(ref.value); !ok {
		return
	}
	root := graph.Root{Kind: graph.RootStack, Rank: rank}
	if ref.conservative {
		root.Via = graph.Conservative
	}
	if ref.frame == nil {
		r.add(ref.value, r.name(root, title, group), holder{})
		return
	}
	f := ref.frame
	if f.fn.Name == asyncPreempt {
		if number, ok := r.p.core.arch.spilledIn(ref.slot - f.sp); ok {
			r.register(g, f.lr, number, ref.value)
			return
		}
	}
	root.Rank = r.p.exe.RankOf(f.fn.Package())
	name, group := g.title(f.fn)
	v, word := r.variable(f, ref.slot)
	if v == nil {
		r.add(ref.value, r.name(root, name, group), holder{before: ref.before})
		return
	}
	root.Ref = r.b.String(v.Type.SlotLabel(word))
	r.add(ref.value, r.name(root, name+" · "+v.Name, group+" · "+v.Name), holder{v.Type, word, ref.before})
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

// maxDefers bounds a damaged list.
const maxDefers = 1 << 24

// deferred adds the goroutine's saved context, deferred calls and panics.
func (r *roots) deferred(g *goroutine, s *stackScan, title, group string, rank uint8) {
	m, l := r.p.mem, r.p.l
	s.frame = nil
	one := func(v uint64, what string) {
		if v >= s.lo && v < s.hi {
			s.precise = append(s.precise, v)
			return
		}
		r.add(v, r.name(graph.Root{Kind: graph.RootStack, Rank: rank}, title+what, group+what), holder{})
	}
	one(m.u64(g.addr+l.GSchedCtxt.off), " · function")
	d := m.u64(g.addr + l.GDefer.off)
	for n := 0; d != 0 && n < maxDefers && m.find(d) != nil; n++ {
		one(m.u64(d+l.DeferFn.off), " · deferred function")
		one(m.u64(d+l.DeferLink.off), " · deferred call")
		if m.u8(d+l.DeferHeap.off) != 0 {
			one(d, " · deferred call")
		}
		d = m.u64(d + l.DeferLink.off)
	}
	if v := m.u64(g.addr + l.GPanic.off); v != 0 {
		one(v, " · panic")
	}
}
