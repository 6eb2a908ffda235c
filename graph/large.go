package graph

import "sync"

// Large makes an array of n elements without pointers that takes a part of the
// memory of the whole graph, for columns and for what analyses keep for each
// object. Where the system can, it is backed by huge pages: filling it costs a
// 500th of the page faults, and reading it in random order fewer misses of the
// address translation.
func Large[T any](n int) []T {
	s := make([]T, n)
	hugePages(s)
	return s
}

// slabs hands out parts of large arrays, for many arrays of middling size.
type slabs[T any] struct {
	mu   sync.Mutex
	free []T
}

// slabParts is how many parts are made at once; the end of a slab that is too
// short for the next part is lost.
const slabParts = 32

// clone copies s, one of parts slices of about the same length, to a slab.
func (a *slabs[T]) clone(s []T, parts int) []T {
	if len(s) == 0 {
		return nil
	}
	a.mu.Lock()
	if len(a.free) < len(s) {
		a.free = Large[T](len(s) * min(parts, slabParts))
	}
	part := a.free[:len(s):len(s)]
	a.free = a.free[len(s):]
	a.mu.Unlock()
	copy(part, s)
	return part
}
