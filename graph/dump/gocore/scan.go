package gocore

import (
	"cmp"
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// closureSize is the largest pointer-free object that is looked at in case it
// is a function value that captured plain numbers.
const closureSize = 64

// scanner writes the rows of the graph.
type scanner struct {
	p      *process
	typer  *gotype.Typer
	lost   atomic.Int64 // objects whose bytes are not in the core
	weak   []weakRef    // by node
	lowest uint64       // address of the process
}

// weakRef is what a weak pointer's handle leads to.
type weakRef struct{ handle, target graph.NodeID }

// releaseEvery is how many bytes of heap are read before their pages are given
// back.
const releaseEvery = 16 << 20

// rows fills the rows of nodes [lo, hi).
func (s *scanner) rows(ctx context.Context, w *graph.RowWriter, lo, hi graph.NodeID) error {
	h := s.p.heap
	i := h.spanOf(lo)
	from, read := h.spans[i].base, uint64(0)
	for ; i < len(h.spans) && h.spans[i].first < hi; i++ {
		sp := &h.spans[i]
		s.span(w, sp, max(lo, sp.first), hi)
		if read += sp.size; read > releaseEvery || i+1 == len(h.spans) || h.spans[i+1].first >= hi {
			s.p.mem.release(from, sp.base+sp.size-from)
			from, read = sp.base+sp.size, 0
		}
	}
	return s.p.src.Report(ctx, "following references", int64(hi), int64(h.n))
}

func (s *scanner) span(w *graph.RowWriter, sp *span, lo, hi graph.NodeID) {
	if sp.noscan {
		s.noscan(w, sp, lo, hi)
		return
	}
	data := s.p.mem.bytes(sp.base, int(sp.size))
	zeros, _ := s.p.mem.known(sp.base, sp.size)
	for n, i := range s.p.heap.slots(sp, lo) {
		if n >= hi {
			return
		}
		if s.p.heap.condemned(sp, i) {
			w.Next() // what it refers to may be something else by now
			continue
		}
		if data == nil {
			if zeros < sp.size {
				s.lost.Add(1)
			}
		} else {
			s.object(w, n, sp, i, data)
		}
		w.Next()
	}
}

// noscan writes rows of objects without pointers. Only two kinds have any:
// small ones can be function values, which have no references but a type, and
// the handles of weak pointers.
func (s *scanner) noscan(w *graph.RowWriter, sp *span, lo, hi graph.NodeID) {
	var data []byte
	if sp.elem <= closureSize {
		data = s.p.mem.bytes(sp.base, int(sp.size))
	}
	for n, i := range s.p.heap.slots(sp, lo) {
		if n >= hi {
			return
		}
		if data != nil && !s.p.heap.condemned(sp, i) {
			s.typer.Closure(n, binary.LittleEndian.Uint64(data[uint64(i)*sp.elem:]))
		}
		if sp.elem == 8 || sp.elem == 16 {
			if to, ok := s.weakTarget(n); ok {
				w.AddKind(to, 0, graph.Weak)
			}
		}
		w.Next()
	}
}

func (s *scanner) weakTarget(n graph.NodeID) (graph.NodeID, bool) {
	i, ok := slices.BinarySearchFunc(s.weak, n, func(r weakRef, n graph.NodeID) int { return cmp.Compare(r.handle, n) })
	if !ok {
		return graph.None, false
	}
	return s.weak[i].target, true
}

// object writes the references of slot i.
func (s *scanner) object(w *graph.RowWriter, n graph.NodeID, sp *span, i uint32, data []byte) {
	lo := uint64(i) * sp.elem
	slot := data[lo : lo+sp.elem]
	if sp.header {
		s.typed(w, n, binary.LittleEndian.Uint64(slot), slot[headerSize:], sp.start(i))
		return
	}
	if sp.elem > maxBitmapped {
		if sp.typ != 0 { // else it is still being cleared, and empty
			s.typed(w, n, sp.typ, slot, sp.base)
		}
		return
	}
	s.typer.Closure(n, binary.LittleEndian.Uint64(slot))
	s.words(w, n, smallMask(sp, i, data), slot, 0)
}

// smallMask reads the pointer bits of a small object from the end of its span.
func smallMask(sp *span, i uint32, data []byte) uint64 {
	end := len(data)
	if sp.inline {
		end -= inlineMarks
	}
	bitmap := data[end-len(data)/64 : end]
	words := uint64(sp.elem / 8)
	bit := uint64(i) * words
	at := bit / 64 * 8
	mask := binary.LittleEndian.Uint64(bitmap[at:]) >> (bit % 64)
	if bit%64+words > 64 {
		mask |= binary.LittleEndian.Uint64(bitmap[at+8:]) << (64 - bit%64)
	}
	if words < 64 {
		mask &= 1<<words - 1
	}
	return mask
}

// typed writes the references of an object with a type, whose mask is tiled
// over all of the slot: the type is that of one element.
func (s *scanner) typed(w *graph.RowWriter, n graph.NodeID, typ uint64, body []byte, addr uint64) {
	t := s.p.types.at(typ)
	if t == nil {
		if typ != 0 {
			s.p.badTypes.Add(1)
		}
		return
	}
	s.typer.Header(n, typ)
	done := uint64(0)
	for elem := uint64(0); elem < uint64(len(body)); elem += t.size {
		if elem-done >= releaseEvery {
			s.p.mem.release(addr+done, elem-done)
			done = elem
		}
		for k, mask := range t.mask {
			if mask != 0 {
				s.words(w, n, mask, body, elem/8+uint64(k)*64)
			}
		}
	}
}

// words adds the references of up to 64 words of body from word first on.
func (s *scanner) words(w *graph.RowWriter, n graph.NodeID, mask uint64, body []byte, first uint64) {
	h := s.p.heap
	for ; mask != 0; mask &= mask - 1 {
		word := first + uint64(bits.TrailingZeros64(mask))
		if (word+1)*8 > uint64(len(body)) {
			return
		}
		v := binary.LittleEndian.Uint64(body[word*8:])
		if v < pageSize {
			continue
		}
		to, sp, slot, ok := h.find(v)
		if !ok {
			continue
		}
		interior := v != sp.start(slot)
		w.Add(to, gotype.SlotLabel(word, interior))
		if word > 0 {
			s.hint(to, binary.LittleEndian.Uint64(body[word*8-8:]), interior)
		}
	}
}

// hint tells of the word before a pointer, in case the two are an interface.
// Types and itabs are outside the heap (but for the few that reflection makes)
// and no small numbers, as most words are, so this check saves most of the
// look-ups.
func (s *scanner) hint(to graph.NodeID, before uint64, interior bool) {
	switch {
	case before < s.lowest || before > 1<<56 || before%8 != 0 || s.p.heap.pages.at(before) >= 0:
	case interior:
		s.typer.HintInside(to, before)
	default:
		s.typer.Hint(to, before)
	}
}
