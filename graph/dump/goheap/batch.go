package goheap

import (
	"math"
	"math/bits"
)

// pageSize is the unit of the Go heap on every platform.
const pageSize = 8192

// batch is up to 64 neighbouring slots of one page: objects of one size whose
// records follow each other in the dump. There is one for every 20 to 60
// objects of an ordinary heap.
type batch struct {
	addr  uint64 // of the first slot
	size  uint64 // of each slot
	mask  uint64 // slot i holds an object
	pos   int64  // of the first record in the dump
	bytes uint32 // length of the records; saturated, which only a single object can be
	flags batchFlags
}

type batchFlags uint8

const (
	withPointers batchFlags = 1 << iota // the objects have pointer fields
	bare                                // and no malloc header, against what their size says
)

// pointers reports whether the objects have pointer fields.
func (b *batch) pointers() bool { return b.flags&withPointers != 0 }

// last is the address of the last slot with an object.
func (b *batch) last() uint64 { return b.addr + uint64(63-bits.LeadingZeros64(b.mask))*b.size }

// header is how many bytes before the object the slot starts: 8 for a malloc
// header, otherwise 0.
func (b *batch) header() uint64 {
	if b.flags&(withPointers|bare) == withPointers && b.size > maxInSpan && b.size <= maxHeader {
		return 8
	}
	return 0
}

// headerLen is the length of a record before the contents. It is the same for
// all, as the addresses of one page have varints of one length.
func (b *batch) headerLen() int { return 1 + varintLen(b.addr) + varintLen(b.size) }

func varintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// batcher makes batches of objects in the order of their records.
type batcher struct {
	list    []batch
	next    uint64 // the address after the last object's slot
	slot    uint64 // of the last object in its batch
	nextPos int64  // the position after the last object's record
}

// add adds an object whose record is [pos, end).
func (t *batcher) add(addr, size uint64, pos, end int64, flags batchFlags) {
	if k := len(t.list); k > 0 {
		b := &t.list[k-1]
		if b.size == size && t.nextPos == pos && b.flags == flags && addr >= t.next && addr/pageSize == b.addr/pageSize {
			slot := t.slot + 1
			if addr != t.next {
				slot += (addr - t.next) / size
			}
			if slot < 64 && addr == b.addr+slot*size {
				b.mask |= 1 << slot
				b.bytes += uint32(end - pos) // slots of one page: far below the limit
				t.slot, t.next, t.nextPos = slot, addr+size, end
				return
			}
		}
	}
	bytes := uint32(min(end-pos, math.MaxUint32))
	t.list = append(t.list, batch{addr: addr, size: size, mask: 1, pos: pos, bytes: bytes, flags: flags})
	t.slot, t.next, t.nextPos = 0, addr+size, end
}
