package gocore

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Constants of the allocator, the same in all versions that are read.
const (
	pageShift = 13
	pageSize  = 1 << pageShift
	// maxBitmapped is the largest object whose pointer bitmap is in its span.
	maxBitmapped = 512
	headerSize   = 8
	// inlineMarks is the size of the mark bits in a span's last bytes.
	inlineMarks   = 128
	inlineMinSize = 16
	spanInUse     = 1
)

// span is one span of the heap in use.
type span struct {
	base   uint64
	size   uint64 // bytes of the span
	elem   uint64 // bytes of a slot
	n      uint32 // slots
	first  graph.NodeID
	count  uint32 // allocated slots
	alloc  int32  // index of the first word of its allocation bits in heap.bits; -1 if all slots are allocated
	dead   int32  // the same for the mark bits of a span that is not yet swept; -1 if it is swept
	noscan bool
	header bool   // objects begin behind a malloc header
	inline bool   // has mark bits in its last bytes
	typ    uint64 // of a large object's type; 0 if there is none
	addr   uint64 // of its mspan
}

// start returns the address of slot i's object.
func (s *span) start(i uint32) uint64 {
	a := s.base + uint64(i)*s.elem
	if s.header {
		a += headerSize
	}
	return a
}

// heap is the allocated memory: its spans in address order, and which of their
// slots are allocated.
type heap struct {
	spans  []span
	bits   []uint64
	pages  pageTable
	n      int    // allocated objects
	bytes  uint64 // of their slots
	inUse  uint64 // bytes of spans
	broken int    // spans that make no sense

	sweepgen uint32 // the sweep that the spans are to have had
	unswept  int    // spans that have not
}

// allocated reports whether slot i is.
func (h *heap) allocated(s *span, i uint32) bool {
	return s.alloc < 0 || h.bits[s.alloc+int32(i>>6)]&(1<<(i&63)) != 0
}

// condemned reports whether slot i was found unreachable by the collector and
// only waits to be swept.
func (h *heap) condemned(s *span, i uint32) bool {
	return s.dead >= 0 && h.bits[s.dead+int32(i>>6)]&(1<<(i&63)) == 0
}

// node returns the NodeID of an allocated slot.
func (h *heap) node(s *span, i uint32) graph.NodeID {
	if s.alloc < 0 {
		return s.first + graph.NodeID(i)
	}
	n := 0
	w := s.alloc
	for end := w + int32(i>>6); w < end; w++ {
		n += bits.OnesCount64(h.bits[w])
	}
	n += bits.OnesCount64(h.bits[w] & (1<<(i&63) - 1))
	return s.first + graph.NodeID(n)
}

// find returns the allocated object that an address points into, as the
// collector resolves it: any address within a slot is its object.
func (h *heap) find(addr uint64) (n graph.NodeID, s *span, slot uint32, ok bool) {
	id := h.pages.at(addr)
	if id < 0 {
		return graph.None, nil, 0, false
	}
	s = &h.spans[id]
	if off := addr - s.base; s.n > 1 {
		slot = uint32(uint32(off) / uint32(s.elem)) // such spans are far smaller than 4 GiB
	} else if off >= s.elem {
		return graph.None, nil, 0, false
	}
	if slot >= s.n || !h.allocated(s, slot) {
		return graph.None, nil, 0, false
	}
	return h.node(s, slot), s, slot, true
}

// spanOf returns the span that holds the node.
func (h *heap) spanOf(n graph.NodeID) int {
	i, found := slices.BinarySearchFunc(h.spans, n, func(s span, n graph.NodeID) int {
		if s.first+graph.NodeID(s.count) <= n {
			return -1
		}
		if s.first > n {
			return 1
		}
		return 0
	})
	if !found {
		return -1
	}
	return i
}

// slots yields the allocated slots of a span and their nodes, from node lo on.
func (h *heap) slots(s *span, lo graph.NodeID) func(yield func(graph.NodeID, uint32) bool) {
	return func(yield func(graph.NodeID, uint32) bool) {
		if s.alloc < 0 {
			for i := uint32(max(lo, s.first) - s.first); i < s.n; i++ {
				if !yield(s.first+graph.NodeID(i), i) {
					return
				}
			}
			return
		}
		n := s.first
		for w := uint32(0); w<<6 < s.n; w++ {
			word := h.bits[s.alloc+int32(w)]
			if k := graph.NodeID(bits.OnesCount64(word)); n+k <= lo {
				n += k
				continue
			}
			for ; word != 0; word &= word - 1 {
				if n >= lo && !yield(n, w<<6+uint32(bits.TrailingZeros64(word))) {
					return
				}
				n++
			}
		}
	}
}

// spanReader reads the runtime's span structures.
type spanReader struct {
	mem      *memory
	l        *layout
	greenTea bool
	heap     *heap
}

// greenTea reports whether the collector of this version keeps mark bits in
// the spans of small objects.
func greenTea(version string) bool {
	_, experiments, _ := strings.Cut(version, "X:")
	for x := range strings.SplitSeq(experiments, ",") {
		switch strings.TrimSpace(x) {
		case "greenteagc":
			return true
		case "nogreenteagc":
			return false
		}
	}
	return majorVersion(version) == "go1.26"
}

// readSpans reads all spans of the heap. mheap is the address of runtime.mheap_.
// Nothing bounds what the list names but the size of the core.
func readSpans(mem *memory, l *layout, version string, mheap uint64, src *source.Source) (*heap, error) {
	r := &spanReader{mem: mem, l: l, greenTea: greenTea(version), heap: new(heap)}
	r.heap.sweepgen = mem.u32(mheap + l.HeapSweepgen.off)
	list, n := mem.slice(mheap+l.HeapAllspans.off, 8)
	if n == 0 {
		return nil, fmt.Errorf("the list of spans at 0x%x is not in the core", mheap+l.HeapAllspans.off)
	}
	r.heap.spans = make([]span, 0, min(n, 1<<18)) // all of a heap of 2 GiB
	for i := range n {
		p := mem.u64(list + 8*i)
		raw := mem.bytes(p, int(l.SpanSize))
		if raw == nil {
			r.heap.broken++
			continue
		}
		words := len(r.heap.bits)
		r.one(p, raw)
		if err := source.ChargeFor[span](src, 1, 8*(len(r.heap.bits)-words)); err != nil {
			return nil, err
		}
	}
	h := r.heap
	slices.SortFunc(h.spans, func(a, b span) int { return cmp.Compare(a.base, b.base) })
	h.dropOverlaps()
	if err := h.pages.fill(h.spans, src.Size); err != nil {
		return nil, err
	}
	total := 0
	for i := range h.spans {
		s := &h.spans[i]
		if total > graph.MaxNodes-int(s.n) {
			return nil, graph.ErrTooManyObjects
		}
		s.first = graph.NodeID(total)
		total += int(s.count)
		h.bytes += uint64(s.count) * s.elem
		h.inUse += s.size
	}
	h.n = total
	return h, src.CheckObjects(total)
}

func (f field) of(raw []byte) uint64 {
	b := raw[f.off:]
	switch f.size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// one adds a span, if it is in use and makes sense.
func (r *spanReader) one(addr uint64, raw []byte) {
	l, h := r.l, r.heap
	if l.SpanState.of(raw) != spanInUse {
		return
	}
	class := l.SpanClass.of(raw)
	s := span{
		addr: addr, base: l.SpanStart.of(raw), size: l.SpanPages.of(raw) << pageShift,
		elem: l.SpanElemSize.of(raw), n: uint32(l.SpanElems.of(raw)),
		noscan: class&1 != 0, alloc: -1, dead: -1,
	}
	large := class>>1 == 0
	if s.base%pageSize != 0 || s.base > 1<<48 || s.size == 0 || s.size > 1<<47 || s.elem == 0 || s.elem%8 != 0 || s.n == 0 ||
		uint64(s.n) > s.size/s.elem || s.n > 1 && (large || s.size > 1<<30) {
		h.broken++
		return
	}
	small := s.elem <= maxBitmapped && !large
	s.header = !s.noscan && !small && !large
	s.inline = small && r.greenTea && s.elem >= inlineMinSize
	if large {
		s.typ = l.SpanType.of(raw)
	}
	if !r.allocation(&s, raw) {
		h.broken++
		return
	}
	if s.count > 0 {
		h.spans = append(h.spans, s)
	}
}

// allocation reads which slots are allocated: those before freeindex, and those
// with a bit.
func (r *spanReader) allocation(s *span, raw []byte) bool {
	l, h := r.l, r.heap
	free := uint32(min(l.SpanFree.of(raw), uint64(s.n)))
	words := int(s.n+63) / 64
	set := make([]uint64, words, max(words, 16))
	if free < s.n {
		b := r.mem.bytes(l.SpanAllocBits.of(raw), int(s.n+7)/8)
		if b == nil {
			return false
		}
		fillBits(set, b)
	}
	for i := range free {
		set[i>>6] |= 1 << (i & 63)
	}
	if tail := s.n & 63; tail != 0 {
		set[words-1] &= 1<<tail - 1
	}
	for _, w := range set {
		s.count += uint32(bits.OnesCount64(w))
	}
	if s.count < s.n {
		s.alloc = int32(len(h.bits))
		h.bits = append(h.bits, set...)
	}
	switch uint32(l.SpanSweepgen.of(raw)) {
	case h.sweepgen - 2, h.sweepgen + 1: // it waits; in a cache or not
		h.unswept++
		r.marks(s, raw, words)
	case h.sweepgen - 1: // it is being swept
		h.unswept++
	}
	return true
}

// marks reads the mark bits of a span that waits to be swept.
func (r *spanReader) marks(s *span, raw []byte, words int) {
	nbytes := int(s.n+7) / 8
	b := r.mem.bytes(r.l.SpanMarkBits.of(raw), nbytes)
	set := make([]uint64, words)
	if b != nil {
		fillBits(set, b)
	}
	if s.inline {
		// The second half of the inline mark bits; the first says what was scanned.
		if in := r.mem.bytes(s.base+s.size-inlineMarks/2, min(nbytes, inlineMarks/2-1)); in != nil {
			b = in
			fillBits(set, in)
		}
	}
	if b != nil {
		s.dead = int32(len(r.heap.bits))
		r.heap.bits = append(r.heap.bits, set...)
	}
}

func fillBits(set []uint64, b []byte) {
	for i, x := range b {
		set[i>>3] |= uint64(x) << (8 * (i & 7))
	}
}

// dropOverlaps removes spans that begin within the one before: only a damaged
// core has them.
func (h *heap) dropOverlaps() {
	end, k := uint64(0), 0
	for _, s := range h.spans {
		if s.base < end {
			h.broken++
			continue
		}
		end = s.base + s.size
		h.spans[k] = s
		k++
	}
	h.spans = h.spans[:k]
}
