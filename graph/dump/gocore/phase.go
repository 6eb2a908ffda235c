package gocore

import "fmt"

// The values of runtime.gcphase.
const (
	gcOff = iota
	gcMark
	gcMarkTermination
)

// phase says in words what the collector was doing.
func (p *process) phase() string {
	phase := uint32(gcOff)
	switch {
	case p.vars.gcphase != 0:
		phase = p.mem.u32(p.vars.gcphase)
	case p.heap.unswept == 0 && p.marking():
		phase = gcMark
	}
	switch {
	case phase == gcMark:
		return "marking"
	case phase == gcMarkTermination:
		return "ending its marking"
	case p.heap.unswept > 0:
		return fmt.Sprintf("sweeping, %d spans are left", p.heap.unswept)
	}
	return "not running"
}

// marking reports whether the collector was marking, for programs whose
// variables have no names: only then has a span that was swept mark bits.
func (p *process) marking() bool {
	h, l := p.heap, p.l
	for i := range h.spans {
		s := &h.spans[i]
		if gen := p.mem.u32(s.addr + l.SpanSweepgen.off); gen != h.sweepgen && gen != h.sweepgen+3 {
			continue
		}
		for _, b := range p.mem.bytes(p.mem.u64(s.addr+l.SpanMarkBits.off), int(s.n+7)/8) {
			if b != 0 {
				return true
			}
		}
	}
	return false
}
