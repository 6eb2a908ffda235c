package gocore

import "github.com/refgraph/refgraph/graph/dump/internal/source"

// Goroutine states, from $GOROOT/src/runtime/runtime2.go.
const (
	gIdle      = 0
	gRunning   = 2
	gSyscall   = 3
	gDead      = 6
	gDeadExtra = 11
	gScan      = 0x1000 // added while the collector has the stack
)

// goroutine is a live goroutine.
type goroutine struct {
	addr    uint64 // of its g
	id      uint64
	lo, hi  uint64 // stack
	status  uint32
	m       uint64
	startPC uint64
	reason  uint64 // runtime.waitReason
	since   int64  // when the collector first saw it waiting; 0 if it did not
}

// goroutines reads runtime.allgs.
func (p *process) goroutines() (gs []goroutine, total int, err error) {
	list, n := p.mem.slice(p.vars.allgs, 8)
	for i := range n {
		g := p.mem.u64(list + 8*i)
		if g == 0 || p.mem.find(g) == nil {
			continue
		}
		total++
		status := p.mem.u32(g+p.l.GStatus.off) &^ gScan
		if status == gDead || status == gIdle || status == gDeadExtra {
			continue
		}
		if err := source.ChargeFor[goroutine](p.src, 1, 0); err != nil {
			return nil, 0, err
		}
		gs = append(gs, goroutine{
			addr: g, id: p.mem.u64(g + p.l.GID.off), status: status,
			lo: p.mem.u64(g + p.l.GStack.off), hi: p.mem.u64(g + p.l.GStack.off + 8),
			m: p.mem.u64(g + p.l.GM.off), startPC: p.mem.u64(g + p.l.GStartPC.off),
			reason: p.mem.uint(g+p.l.GWaitReason.off, p.l.GWaitReason.size), since: int64(p.mem.u64(g + p.l.GWaitSince.off)),
		})
	}
	return gs, total, nil
}

// origin says where a goroutine's stack walk starts, and what the general registers
// hold if a thread was running it, by arch.dwarf.
func (p *process) origin(g *goroutine) (at start, regs []uint64) {
	m, l := p.mem, p.l
	if g.status == gRunning {
		if regs := p.runningRegs(g); regs != nil {
			a := p.core.arch
			at = start{pc: regs[a.pc], sp: regs[a.sp], trap: true}
			if a.lr >= 0 {
				at.lr = regs[a.lr]
			}
			return at, regs[:len(a.dwarf)]
		}
		if sp := m.u64(g.m + l.MVdsoSP.off); sp >= g.lo && sp < g.hi {
			return start{pc: m.u64(g.m + l.MVdsoPC.off), sp: sp, trap: true}, nil
		}
	}
	if sp := m.u64(g.addr + l.GSyscallSP.off); sp != 0 {
		return start{pc: m.u64(g.addr + l.GSyscallPC.off), sp: sp, syscall: true}, nil
	}
	at = start{pc: m.u64(g.addr + l.GSchedPC.off), sp: m.u64(g.addr + l.GSchedSP.off)}
	if p.core.arch.usesLR {
		at.lr = m.u64(g.addr + l.GSchedLR.off)
	}
	return at, nil
}

// runningRegs returns the registers of the thread that runs the goroutine, if
// it was on the goroutine's stack: those in the core, or, if a signal handler
// was running on the signal stack, those that the kernel saved there.
func (p *process) runningRegs(g *goroutine) []uint64 {
	a := p.core.arch
	id := p.mem.u64(g.m + p.l.MProcID.off)
	for _, t := range p.core.notes.threads {
		if t.id != id {
			continue
		}
		if sp := t.regs[a.sp]; sp >= g.lo && sp < g.hi {
			return t.regs
		}
		return p.signalRegs(g)
	}
	return nil
}

// signalRegs searches the signal stack of the goroutine's thread for the
// ucontext that the kernel left: the one that names this very stack and holds an
// sp within the goroutine's.
func (p *process) signalRegs(g *goroutine) []uint64 {
	a := p.core.arch
	sg := p.mem.u64(g.m + p.l.MSignalG.off)
	lo, hi := p.mem.u64(sg+p.l.GStack.off), p.mem.u64(sg+p.l.GStack.off+8)
	if hi <= lo || hi-lo > 1<<20 {
		return nil
	}
	size := uint64(a.contextRegs + 8*len(a.contextOrder))
	for at := hi - size; at >= lo; at -= 8 {
		// uc_flags, uc_link, uc_stack{ss_sp, ss_flags, ss_size}
		if p.mem.u64(at+16) != lo || p.mem.u64(at+32) != hi-lo {
			continue
		}
		regs := make([]uint64, a.threadRegs)
		for k, i := range a.contextOrder {
			regs[i] = p.mem.u64(at + uint64(a.contextRegs) + 8*uint64(k))
		}
		if sp := regs[a.sp]; sp >= g.lo && sp < g.hi {
			return regs
		}
	}
	return nil
}
