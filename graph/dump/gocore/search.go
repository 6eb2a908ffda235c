package gocore

import (
	"encoding/binary"

	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// Stripped programs do not say where the runtime's variables are. They are
// found by what they hold, which is so particular that nothing else can be
// taken for it: every word of the global variables is tried, and what it leads
// to is checked from end to end.

// sampleSize is how many elements of a list are checked.
const sampleSize = 256

// searchVariables finds the runtime's variables in a stripped program.
func (p *process) searchVariables() bool {
	lay := p.exe.Layout()
	for _, r := range []gotype.Range{lay.BSS, lay.NoPtrBSS, lay.Data, lay.NoPtrData} {
		p.searchRange(r.Lo, r.Hi)
	}
	return p.vars.mheap != 0 && p.vars.allgs != 0
}

func (p *process) searchRange(lo, hi uint64) {
	const maxRange = 1 << 32
	if hi-lo > maxRange || hi < lo {
		return
	}
	data := p.mem.bytes(lo, int(hi-lo))
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(data[8*i:]) }
	for i := 0; i+1 < len(data)/8; i++ {
		v := word(i)
		if v < pageSize || v%8 != 0 || v > 1<<56 {
			continue
		}
		at := lo + 8*uint64(i)
		if i+2 < len(data)/8 && word(i+1) > 0 && word(i+1) <= word(i+2) && word(i+2) < 1<<40 {
			p.tryList(at, v, word(i+1))
		}
		p.tryQueues(at, v)
	}
}

// tryList takes the slice at an address for allgs or mheap_.allspans if it is.
func (p *process) tryList(at, list, n uint64) {
	sample := p.mem.bytes(list, int(min(n, sampleSize))*8)
	if sample == nil {
		return
	}
	if _, ok := p.mem.known(list, n*8); !ok {
		return
	}
	if p.vars.allgs == 0 && p.areGoroutines(sample) {
		p.vars.allgs = at
	}
	heap := at - p.l.HeapAllspans.off
	if p.vars.mheap == 0 && p.areSpans(sample, p.mem.u32(heap+p.l.HeapSweepgen.off)) {
		p.vars.mheap = heap
	}
}

// areGoroutines reports whether all words are addresses of g structures, and
// one is the main goroutine's.
func (p *process) areGoroutines(list []byte) bool {
	hasMain := false
	for ; len(list) > 0; list = list[8:] {
		g := binary.LittleEndian.Uint64(list)
		if g%8 != 0 || p.mem.find(g) == nil {
			return false
		}
		lo, hi := p.mem.u64(g+p.l.GStack.off), p.mem.u64(g+p.l.GStack.off+8)
		if lo > hi || hi-lo > 1<<32 || p.mem.u32(g+p.l.GStatus.off)&^gScan > gDeadExtra {
			return false
		}
		if fn, ok := p.exe.FuncAt(p.mem.u64(g + p.l.GStartPC.off)); ok && fn.Name == "runtime.main" {
			hasMain = p.mem.u64(g+p.l.GID.off) == 1
		}
	}
	return hasMain
}

// areSpans reports whether all words are addresses of mspan structures that fit
// a heap of this sweep generation.
func (p *process) areSpans(list []byte, sweepgen uint32) bool {
	inUse := 0
	for ; len(list) > 0; list = list[8:] {
		raw := p.mem.bytes(binary.LittleEndian.Uint64(list), int(p.l.SpanSize))
		if raw == nil || p.l.SpanState.of(raw) > 2 || p.l.SpanStart.of(raw)%pageSize != 0 || p.l.SpanPages.of(raw) > 1<<40 {
			return false
		}
		if p.l.SpanState.of(raw) != spanInUse {
			continue
		}
		age := uint32(p.l.SpanSweepgen.of(raw)) - sweepgen + 2
		if age > 5 || p.l.SpanElemSize.of(raw) == 0 || p.l.SpanPages.of(raw) == 0 {
			return false
		}
		inUse++
	}
	return inUse > 0
}

// tryQueues takes the block that a word leads to for one of queued finalizers
// or cleanups, if it is one that is not empty.
func (p *process) tryQueues(at, block uint64) {
	l := p.l
	if n := uint64(p.mem.u32(block + l.FinBlockCount.off)); n > 0 && n <= uint64(l.FinBlockFirst.size)/l.QueuedSize {
		ok := true
		for i := uint64(0); i < n && ok; i++ {
			fin := block + l.FinBlockFirst.off + i*l.QueuedSize
			ok = p.isFuncValue(p.mem.u64(fin + l.QueuedFn.off))
		}
		if ok {
			p.vars.allfin = append(p.vars.allfin, at)
		}
	}
	if l.QueueAll.size == 0 || at < l.QueueAll.off {
		return
	}
	size := max(l.CleanupFnSize, 8)
	filled := false
	for b, k := block, 0; b != 0; b, k = p.mem.u64(b+l.CleanBlockAll.off), k+1 {
		n := uint64(p.mem.u32(b + l.CleanBlockN.off))
		if p.mem.find(b) == nil || k > maxBlocks || n > uint64(l.CleanBlockFns.size)/size {
			return
		}
		for i := range n {
			switch v := p.mem.u64(b + l.CleanBlockFns.off + i*size); {
			case v == 0: // was taken to be run
			case p.isFuncValue(v):
				filled = true
			default:
				return
			}
		}
	}
	if filled {
		p.vars.cleanups = append(p.vars.cleanups, at-l.QueueAll.off)
	}
}

// isFuncValue reports whether a word points to a function value: its first word
// is a function's entry.
func (p *process) isFuncValue(v uint64) bool {
	entry := p.mem.u64(v)
	fn, ok := p.exe.FuncAt(entry)
	return ok && fn.Entry == entry
}
