package graph

import (
	"math/bits"
	"slices"
)

// AddressIndex maps the addresses of objects to NodeIDs, which are the ranks of
// the addresses, and back.
//
// Dense heaps use a rank bitmap in two levels: the address space is cut into
// regions of 2^19 slots, each with one bit for each slot, a running count for
// every 512 bits and the counts of their words beside them (Jacobson,
// "Space-efficient static trees and graphs", 1989; Vigna, "Broadword
// implementation of rank/select queries", 2008), 1.25 bits a slot. So a lookup
// costs a table entry and one popcount, and an interior pointer hardly more.
// Heaps with few objects in each region use a sorted array, so that the memory
// is in proportion to the objects whatever the addresses are.
type AddressIndex struct {
	shift   uint8 // log2 of the slot size in bytes
	n       int
	regions []addrRegion // in address order
	first   uint64       // number of the region that table[0] is for
	table   []int32      // region number - first -> index in regions, or -1
	sorted  []uint64     // instead of regions: the addresses in order
}

const (
	regionSlots  = 1 << 19
	regionBlocks = regionSlots / 512
	// regionBytes is what a region's bitmap and counts take.
	regionBytes = regionBlocks * 80
	// maxRegionTable bounds the table of a very wide address space.
	maxRegionTable = 1 << 22
)

type addrRegion struct {
	start  uint64 // first address
	blocks *[regionBlocks]addrBlock
}

// addrBlock is 512 slots of a region.
type addrBlock struct {
	bits [8]uint64
	// counts has, for each word but the first, the objects in the words before
	// it: 9 bits each.
	counts uint64
	rank   uint32 // NodeID of the first object in or after the block
	_      uint32
}

// before counts the objects before slot s, which is in the block, over the
// whole heap.
func (b *addrBlock) before(s uint64) NodeID {
	w := s >> 6 & 7
	k := w - 1 // the first word has no count: then bit 63 is taken, which is 0
	n := b.counts >> ((k + k>>60&8) * 9) & 511
	return NodeID(b.rank + uint32(n) + uint32(bits.OnesCount64(b.bits[w]&(1<<(s&63)-1))))
}

// sum fills the counts of a block before which there are n objects, and
// returns how many there are with it.
func (b *addrBlock) sum(n int) int {
	b.rank = uint32(n)
	in := 0
	b.counts = 0
	for w, word := range b.bits {
		if w > 0 {
			b.counts |= uint64(in) << ((w - 1) * 9)
		}
		in += bits.OnesCount64(word)
	}
	return n + in
}

// Len is the number of objects.
func (ix *AddressIndex) Len() int { return ix.n }

// Lookup returns the object that starts at the address.
func (ix *AddressIndex) Lookup(addr uint64) (NodeID, bool) {
	if ix.sorted != nil {
		i, ok := slices.BinarySearch(ix.sorted, addr)
		return NodeID(i), ok
	}
	slot := addr >> ix.shift
	ri := slot>>19 - ix.first
	if ri >= uint64(len(ix.table)) || ix.table[ri] < 0 || addr&(1<<ix.shift-1) != 0 {
		return None, false
	}
	s := slot % regionSlots
	b := &ix.regions[ix.table[ri]].blocks[s>>9]
	if b.bits[s>>6&7]&(1<<(s&63)) == 0 {
		return None, false
	}
	return b.before(s), true
}

// Floor returns the last object that starts at or before the address, and its
// start. Whether the object reaches the address is for the caller to check.
func (ix *AddressIndex) Floor(addr uint64) (n NodeID, start uint64, ok bool) {
	if ix.sorted != nil {
		i, exact := slices.BinarySearch(ix.sorted, addr)
		if !exact {
			i--
		}
		if i < 0 {
			return None, 0, false
		}
		return NodeID(i), ix.sorted[i], true
	}
	slot := addr >> ix.shift
	ri := slot>>19 - ix.first
	if ri >= uint64(len(ix.table)) || ix.table[ri] < 0 {
		return ix.floorBefore(addr)
	}
	r := &ix.regions[ix.table[ri]]
	s := slot % regionSlots
	// The start is nearly always within the same 512 slots.
	b, w := &r.blocks[s>>9], s>>6&7
	word := b.bits[w] & (2<<(s&63) - 1)
	for word == 0 && w > 0 {
		w--
		word = b.bits[w]
	}
	if word != 0 {
		top := s&^511 + w<<6 + uint64(63-bits.LeadingZeros64(word))
		return b.before(top), r.start + top<<ix.shift, true
	}
	if b.rank > 0 {
		return NodeID(b.rank - 1), ix.Address(NodeID(b.rank - 1)), true
	}
	return None, 0, false
}

// After returns the start of the next object behind an address.
func (ix *AddressIndex) After(addr uint64) (start uint64, ok bool) {
	if ix.sorted != nil {
		i, exact := slices.BinarySearch(ix.sorted, addr)
		if exact {
			i++
		}
		if i >= len(ix.sorted) {
			return 0, false
		}
		return ix.sorted[i], true
	}
	slot := addr>>ix.shift + 1
	ri := slot>>19 - ix.first
	if ri < uint64(len(ix.table)) && ix.table[ri] >= 0 {
		r := &ix.regions[ix.table[ri]]
		s := slot % regionSlots
		// The next one is nearly always within the same 512 slots.
		b, w := &r.blocks[s>>9], s>>6&7
		word := b.bits[w] &^ (1<<(s&63) - 1)
		for word == 0 && w < 7 {
			w++
			word = b.bits[w]
		}
		if word != 0 {
			return r.start + (s&^511+w<<6+uint64(bits.TrailingZeros64(word)))<<ix.shift, true
		}
	}
	n, _, ok := ix.Floor(addr)
	if !ok {
		n = None // the first one is behind it
	}
	if n++; int(n) >= ix.n {
		return 0, false
	}
	return ix.Address(n), true
}

// floorBefore is Floor for an address in a region without objects.
func (ix *AddressIndex) floorBefore(addr uint64) (NodeID, uint64, bool) {
	i, _ := slices.BinarySearchFunc(ix.regions, addr, func(r addrRegion, a uint64) int {
		if r.start <= a {
			return -1
		}
		return 1
	})
	if i == 0 {
		return None, 0, false
	}
	n := NodeID(ix.n)
	if i < len(ix.regions) {
		n = NodeID(ix.regions[i].blocks[0].rank)
	}
	return n - 1, ix.Address(n - 1), true
}

// Address returns the start of an object, in O(log n).
func (ix *AddressIndex) Address(n NodeID) uint64 {
	if int(n) >= ix.n {
		return 0
	}
	if ix.sorted != nil {
		return ix.sorted[n]
	}
	i := lastLE(len(ix.regions), func(i int) uint32 { return ix.regions[i].blocks[0].rank }, uint32(n))
	r := &ix.regions[i]
	k := lastLE(regionBlocks, func(k int) uint32 { return r.blocks[k].rank }, uint32(n))
	b := &r.blocks[k]
	left := int(uint32(n) - b.rank)
	for w := 0; ; w++ {
		word := b.bits[w]
		if in := bits.OnesCount64(word); left >= in {
			left -= in
			continue
		}
		for ; left > 0; left-- {
			word &= word - 1
		}
		return r.start + uint64(k<<9+w<<6+bits.TrailingZeros64(word))<<ix.shift
	}
}

// lastLE returns the last i with at(i) <= v; at does not fall and at(0) <= v.
func lastLE(n int, at func(int) uint32, v uint32) int {
	lo, hi := 0, n
	for hi-lo > 1 {
		mid := int(uint(lo+hi) / 2)
		if at(mid) <= v {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
