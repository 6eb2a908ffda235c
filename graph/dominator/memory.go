package dominator

import (
	"unsafe"

	"github.com/refgraph/refgraph/graph"
)

// newSearch lays out the memory of a computation. A tree takes 16 bytes an
// object, and so does its computation where a third of the objects are leaves,
// as in all heaps met so far:
//
//	4 bytes  num                                                 then idom
//	8 bytes  link (first, the search's stack) | parent | blocks  then retained
//	4 bytes  semi | blocks                                       then order
//
// Blocks keep backward references in what is left over. What has no room there
// gets memory of its own.
func newSearch(g *graph.Graph) *search {
	numbers := int(top) + 1
	for n := range graph.NodeID(g.Len()) {
		if !g.Leaf(n) {
			numbers++
		}
	}
	n := max(g.Len(), numbers)
	s := &search{g: g, num: make([]pre, g.Len()), retained: make([]uint64, n), order: make([]pre, n)}
	s.link, s.semi = s.retained[:numbers], s.order[:numbers]
	rest := s.retained[numbers:]
	if half := (numbers + 1) / 2; half <= len(rest) {
		s.parent = as[pre](rest[:half])[:numbers]
		rest = rest[half:]
	} else {
		s.parent = make([]pre, numbers)
	}
	spare := &room{[][]backRef{as[backRef](rest), as[backRef](s.order[numbers:])}}
	s.back, s.leaves = newBuckets(numbers, spare), newBuckets(numbers, spare)
	s.stack.room = as[pending](s.retained[:numbers])
	return s
}

// as gives the memory of an array another use. To must not need a larger
// alignment than From.
func as[To, From any](a []From) []To {
	var to To
	var from From
	k := uintptr(len(a)) * unsafe.Sizeof(from) / unsafe.Sizeof(to)
	if k == 0 { // a pointer to it would point at what is behind it
		return nil
	}
	return unsafe.Slice((*To)(unsafe.Pointer(unsafe.SliceData(a))), k)
}

// room hands out memory, first what waits for its own use.
type room struct {
	spare [][]backRef
}

// take returns an empty slice with room for n references.
func (r *room) take(n int) []backRef {
	for i, have := range r.spare {
		if len(have) >= n {
			r.spare[i] = have[n:]
			return have[:0:n]
		}
	}
	return make([]backRef, 0, n)
}
