package gocore

import (
	"cmp"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// specialKinds are the numbers of the specials that are read, which changed
// with Go 1.25.
type specialKinds struct{ finalizer, weak, cleanup uint64 }

func kindsOf(version string) specialKinds {
	if majorVersion(version) == "go1.24" {
		return specialKinds{finalizer: 1, weak: 2, cleanup: 6}
	}
	return specialKinds{finalizer: 2, weak: 3, cleanup: 7}
}

// special is one special record of an object.
type special struct {
	kind uint64
	addr uint64
	node graph.NodeID
}

// specials reads the records of finalizers, cleanups and weak handles of all
// spans, in address order of their objects.
func (p *process) specials() (out []special, err error) {
	k := kindsOf(p.exe.GoVersion)
	for i := range p.heap.spans {
		s := &p.heap.spans[i]
		for at := range p.linked(p.mem.u64(s.addr+p.l.SpanSpecials.off), p.l.SpecialNext.off) {
			kind := p.mem.uint(at+p.l.SpecialKind.off, p.l.SpecialKind.size)
			off := p.mem.uint(at+p.l.SpecialOffset.off, p.l.SpecialOffset.size)
			if kind == k.finalizer || kind == k.weak || kind == k.cleanup {
				if node, _, _, ok := p.heap.find(s.base + off); ok {
					out = append(out, special{kind, at, node})
					err = cmp.Or(err, source.ChargeFor[special](p.src, 1, 0))
				}
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// weakRefs lists the weak references: from the handle that weak pointers and
// the tables of package unique hold, to the object.
func (p *process) weakRefs(list []special) (refs []weakRef) {
	k := kindsOf(p.exe.GoVersion)
	for _, s := range list {
		if s.kind == k.weak {
			if h, _, _, ok := p.heap.find(p.mem.u64(s.addr + p.l.WeakHandle.off)); ok {
				refs = append(refs, weakRef{h, s.node})
			}
		}
	}
	slices.SortFunc(refs, func(a, b weakRef) int { return cmp.Compare(a.handle, b.handle) })
	return refs
}

// specials adds the roots that specials are, but not what objects with
// finalizers hold. Every weak handle is one too: it lives as long as its object.
func (r *roots) specials(list []special) {
	p := r.p
	k := kindsOf(p.exe.GoVersion)
	for _, s := range list {
		switch s.kind {
		case k.finalizer:
			r.finalizer(p.mem.u64(s.addr+p.l.FinalizerFn.off), p.mem.u64(s.addr+p.l.FinalizerOT.off), graph.RootCleanup)
		case k.weak:
			r.add(p.mem.u64(s.addr+p.l.WeakHandle.off), graph.Root{Kind: graph.RootRuntime, Rank: graph.RankRuntime, Var: r.b.String("weak handle")}, holder{})
		case k.cleanup:
			if p.l.Cleanup.size == 0 {
				r.call(p.mem.u64(s.addr+p.l.CleanupFn.off), graph.RootCleanup)
			} else {
				r.calls(s.addr+p.l.Cleanup.off, uint64(p.l.Cleanup.size), graph.RootCleanup)
			}
		}
	}
}

// calls adds all words of a function call that waits.
func (r *roots) calls(addr, size uint64, kind graph.RootKind) {
	for off := uint64(0); off < size; off += 8 {
		r.call(r.p.mem.u64(addr+off), kind)
	}
}

// call adds a function value, or an argument of one.
func (r *roots) call(v uint64, kind graph.RootKind) {
	name := "cleanup argument"
	if fn, ok := r.p.exe.FuncAt(r.p.mem.u64(v)); ok {
		name = "cleanup " + fn.Short()
	}
	r.add(v, graph.Root{Kind: kind, Rank: graph.RankLibrary, Var: r.b.String(name)}, holder{})
}

// finalizer adds what a finalizer of objects of pointer type ot holds.
func (r *roots) finalizer(v, ot uint64, kind graph.RootKind) {
	r.add(v, graph.Root{Kind: kind, Rank: graph.RankLibrary, Var: r.b.String("finalizer of " + r.p.pointee(ot))}, holder{})
}

// pointee names what a pointer type points to.
func (p *process) pointee(typ uint64) string {
	if t := p.exe.TypeAt(typ); t != nil && t.Elem() != nil {
		return t.Elem().Name
	}
	return "an object"
}

// maxBlocks bounds damaged lists of queue blocks.
const maxBlocks = 1 << 20

// queues adds the finalizers and cleanups that wait to be run.
func (r *roots) queues() {
	l := r.p.l
	for _, head := range r.p.vars.allfin {
		r.blocks(head, l.FinBlockAll.off, r.finBlock)
	}
	if l.QueueAll.size > 0 {
		for _, queue := range r.p.vars.cleanups {
			r.blocks(queue+l.QueueAll.off, l.CleanBlockAll.off, r.cleanupBlock)
		}
	}
}

// blocks visits a list of blocks that are linked at an offset.
func (r *roots) blocks(head, link uint64, visit func(block uint64)) {
	m := r.p.mem
	seen := map[uint64]bool{}
	for b := m.u64(head); b != 0 && !seen[b] && len(seen) < maxBlocks && m.find(b) != nil; b = m.u64(b + link) {
		seen[b] = true
		visit(b)
	}
}

func (r *roots) finBlock(block uint64) {
	m, l := r.p.mem, r.p.l
	count := min(uint64(m.u32(block+l.FinBlockCount.off)), uint64(l.FinBlockFirst.size)/l.QueuedSize)
	for i := range count {
		at := block + l.FinBlockFirst.off + i*l.QueuedSize
		ot := m.u64(at + l.QueuedOT.off)
		r.finalizer(m.u64(at+l.QueuedFn.off), ot, graph.RootFinalizer)
		r.finalizer(m.u64(at+l.QueuedArg.off), ot, graph.RootFinalizer)
	}
}

func (r *roots) cleanupBlock(block uint64) {
	m, l := r.p.mem, r.p.l
	size := max(l.CleanupFnSize, 8)
	count := min(uint64(m.u32(block+l.CleanBlockN.off)), uint64(l.CleanBlockFns.size)/size)
	r.calls(block+l.CleanBlockFns.off, count*size, graph.RootFinalizer)
}
