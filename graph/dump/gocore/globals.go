package gocore

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// module is one Go module of the process: the program, or a plugin or shared
// library it loaded.
type module struct {
	addr      uint64
	path      string // of a plugin
	data, bss segmentRoots
}

// segmentRoots is a range of global variables and where their pointers are.
type segmentRoots struct {
	lo, hi uint64
	mask   []byte // one bit for each word
}

// maxModules bounds a damaged list.
const maxModules = 1 << 16

// modules reads the list that begins with the program's own module.
func (p *process) modules() (list []module) {
	lay := p.exe.Layout()
	for addr := lay.Module; addr != 0 && len(list) < maxModules; addr = p.mem.u64(addr + p.l.ModNext.off) {
		m := module{addr: addr}
		m.data = p.segment(addr+p.l.ModData.off, addr+p.l.ModDataEnd.off, addr+p.l.ModDataMask.off)
		m.bss = p.segment(addr+p.l.ModBSS.off, addr+p.l.ModBSSEnd.off, addr+p.l.ModBSSMask.off)
		if addr == lay.Module {
			// The program's own are in its file, in case memory lost them.
			m.data = segmentRoots{lay.Data.Lo, lay.Data.Hi, orMask(lay.GCData, m.data.mask)}
			m.bss = segmentRoots{lay.BSS.Lo, lay.BSS.Hi, orMask(lay.GCBSS, m.bss.mask)}
		}
		if n := p.mem.u64(addr + p.l.ModPath.off + 8); n > 0 && n < 1<<12 {
			m.path = string(p.mem.bytes(p.mem.u64(addr+p.l.ModPath.off), int(n)))
		}
		list = append(list, m)
	}
	return list
}

func orMask(a, b []byte) []byte {
	if len(a) > 0 {
		return a
	}
	return b
}

// segment reads the bounds of a range and its bitvector{n int32, bytedata}.
func (p *process) segment(lo, hi, mask uint64) (s segmentRoots) {
	s.lo, s.hi = p.mem.u64(lo), p.mem.u64(hi)
	if s.lo < s.hi && s.hi-s.lo < 1<<40 {
		s.mask = p.mem.bytes(p.mem.u64(mask+8), int(p.mem.u32(mask)+7)/8)
	}
	return s
}

// globals adds the global variables of all modules.
func (r *roots) globals() {
	for _, m := range r.p.modules() {
		for _, s := range []segmentRoots{m.data, m.bss} {
			if s.lo >= s.hi {
				continue
			}
			words := (s.hi - s.lo) / 8
			mem := r.p.mem.bytes(s.lo, int(min(words*8, 1<<40)))
			if mem == nil || uint64(len(s.mask)) < words/8 {
				r.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("the global variables at 0x%x to 0x%x are not in the core", s.lo, s.hi), Effect: "what only they hold is shown as unreachable"})
				continue
			}
			r.segment(m, s, mem)
		}
	}
}

func (r *roots) segment(m module, s segmentRoots, mem []byte) {
	for i, b := range s.mask {
		for ; b != 0; b &= b - 1 {
			off := uint64(i)*64 + 8*uint64(bits.TrailingZeros8(b))
			if off+8 > uint64(len(mem)) {
				return
			}
			if v := binary.LittleEndian.Uint64(mem[off:]); v >= pageSize {
				before := uint64(0)
				if off >= 8 {
					before = binary.LittleEndian.Uint64(mem[off-8:])
				}
				r.global(m, s.lo+off, v, before)
			}
		}
	}
}

// global adds the root of one word of a global variable.
func (r *roots) global(m module, addr, v, before uint64) {
	if _, _, _, ok := r.p.heap.find(v); !ok {
		return
	}
	root := graph.Root{Kind: graph.RootGlobal, Rank: graph.RankUser}
	g, ok := r.p.exe.GlobalAt(addr)
	if !ok || g.Type == nil {
		if st, found := r.statics.At(addr); found {
			r.globalWord(addr, v, before, root, st)
			return
		}
	}
	if !ok {
		root.Ref = r.b.String(fmt.Sprintf("[0x%x]", addr))
		root.File = r.b.String(m.path)
		r.add(v, root, holder{before: before})
		return
	}
	r.globalWord(addr, v, before, root, &gotype.Static{Addr: g.Addr, Type: g.Type, Owner: g})
}

// globalWord adds the root of the word at addr of a variable, or of a value that
// a variable leads to.
func (r *roots) globalWord(addr, v, before uint64, root graph.Root, in *gotype.Static) {
	root.Rank = in.Owner.Rank
	word, path := (addr-in.Addr)/8, in.Path
	if in.Type != nil {
		path += in.Type.SlotLabel(word)
	}
	root.Var, root.Ref = r.b.String(in.Owner.Full), r.b.String(path)
	if in.Owner.HoldsPools() {
		root.Via = graph.Pooled
	}
	r.add(v, root, holder{in.Type, word, before})
}
