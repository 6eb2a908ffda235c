package graph

import "math/bits"

// Bitset is a set of nodes, one bit each.
type Bitset []uint64

// NewBitset returns an empty set for n nodes.
func NewBitset(n int) Bitset { return make(Bitset, (n+63)/64) }

// Add adds a node.
func (s Bitset) Add(n NodeID) { s[n>>6] |= 1 << (n & 63) }

// Remove removes a node.
func (s Bitset) Remove(n NodeID) { s[n>>6] &^= 1 << (n & 63) }

// Has reports whether the node is in the set.
func (s Bitset) Has(n NodeID) bool { return s[n>>6]&(1<<(n&63)) != 0 }

// Len counts the nodes in the set.
func (s Bitset) Len() int {
	k := 0
	for _, w := range s {
		k += bits.OnesCount64(w)
	}
	return k
}

// All yields the nodes in order.
func (s Bitset) All() func(yield func(NodeID) bool) {
	return func(yield func(NodeID) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(NodeID(i<<6 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}
