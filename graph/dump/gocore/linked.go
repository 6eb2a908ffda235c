package gocore

import "iter"

// minLinked is the size of the smallest record that is linked to others, in bytes.
const minLinked = 16

// linked visits the records of a list, by their addresses: the word at offset next
// of each leads to the following one. A damaged list ends: where it leaves the core,
// where it comes back to itself, and when it has more records than the core has room for.
func (p *process) linked(at, next uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		seen := at // a record that was visited, ever further on
		for n := int64(1); at != 0 && p.mem.find(at) != nil && n < p.src.Size/minLinked; n++ {
			if !yield(at) {
				return
			}
			at = p.mem.u64(at + next)
			if at == seen {
				return
			}
			if n&(n-1) == 0 {
				seen = at
			}
		}
	}
}
