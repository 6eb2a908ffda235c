package goheap

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// heap is the objects of a dump in address order.
type heap struct {
	batches []batch
	first   []graph.NodeID // the first object of each batch, and the number of objects
	index   *graph.AddressIndex
	dropped int // slots without objects
}

// newHeap sorts batches and numbers their objects. Batches that overlap others,
// which only a damaged dump has, are left out with a warning.
func newHeap(list []batch, l layout, warn func(graph.Warning)) (*heap, error) {
	list = sortBatches(list)
	h := &heap{dropped: l.dropPhantoms(list)}
	x := graph.NewAddressIndexer(3)
	h.first = make([]graph.NodeID, 0, len(list)+1)
	n, free := 0, uint64(0)
	h.batches = list[:0]
	for i := range list {
		b := list[i]
		if b.mask == 0 {
			continue
		}
		if b.addr < free {
			warn(graph.Warning{Offset: b.pos, What: "objects overlap others", Effect: "they were left out"})
			continue
		}
		free = b.last() + b.size
		h.batches = append(h.batches, b)
		h.first = append(h.first, graph.NodeID(n))
		n += bits.OnesCount64(b.mask)
		if n > graph.MaxNodes {
			return nil, graph.ErrTooManyObjects
		}
		b.addTo(x)
	}
	h.first = append(h.first, graph.NodeID(n))
	var err error
	h.index, err = x.Build()
	return h, err
}

// sortBatches returns the batches in address order; those of one address stay
// in the order of the dump. It counts the batches of each page rather than
// compare them, unless the heap is so sparse that there are many more pages.
func sortBatches(list []batch) []batch {
	byAddr := func(a, b batch) int { return cmp.Compare(a.addr, b.addr) }
	if slices.IsSortedFunc(list, byAddr) {
		return list
	}
	lo, hi := list[0].addr/pageSize, list[0].addr/pageSize
	for i := range list {
		page := list[i].addr / pageSize
		lo, hi = min(lo, page), max(hi, page)
	}
	if hi-lo > 16*uint64(len(list)) {
		slices.SortStableFunc(list, byAddr)
		return list
	}
	at := make([]uint32, hi-lo+2) // where the batches of each page go
	for i := range list {
		at[list[i].addr/pageSize-lo+1]++
	}
	for i := range hi - lo + 1 {
		at[i+1] += at[i]
	}
	out := make([]batch, len(list))
	for i := range list {
		to := &at[list[i].addr/pageSize-lo]
		out[*to] = list[i]
		*to++
	}
	if !slices.IsSortedFunc(out, byAddr) { // only within pages of a damaged dump
		slices.SortStableFunc(out, byAddr)
	}
	return out
}

// addTo adds the batch's objects to the index, run by run.
func (b *batch) addTo(x *graph.AddressIndexer) {
	for slot, m := 0, b.mask; m != 0; {
		skip := bits.TrailingZeros64(m)
		m >>= skip
		n := bits.TrailingZeros64(^m)
		slot += skip
		x.AddRun(b.addr+uint64(slot)*b.size+b.header(), b.size, n)
		slot += n
		m = m >> (n - 1) >> 1
	}
}

// batchOf returns the batch that object n is in.
func (h *heap) batchOf(n graph.NodeID) int {
	i, exact := slices.BinarySearch(h.first, n)
	if !exact {
		i--
	}
	return i
}
