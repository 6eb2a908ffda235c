package gocore

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// memory is the address space of the process: parts of the core, and behind
// them parts of the executable for the pages that a core leaves out because
// they can be read from there. It does not change after it is made, and is safe
// for concurrent use.
type memory struct {
	parts []part // in address order, without overlaps
}

// part is a range of addresses in one file, or of zeros: memory that the
// process had reserved and never touched is not in a core.
type part struct {
	lo, hi uint64
	src    *source.Source // nil for zeros
	off    int64          // position of lo
	core   bool
}

// maxZeros is how much untouched memory is made for one read.
const maxZeros = 16 << 20

// add adds what of [lo, hi) is not there yet.
func (m *memory) add(p part) {
	if p.lo >= p.hi {
		return
	}
	if k := len(m.parts); k == 0 || m.parts[k-1].hi <= p.lo {
		m.parts = append(m.parts, p) // the usual order
		return
	}
	var fresh []part
	for _, q := range m.parts {
		if p.lo >= p.hi || q.lo >= p.hi {
			break
		}
		if q.hi <= p.lo {
			continue
		}
		if p.lo < q.lo {
			fresh = append(fresh, p.slice(p.lo, q.lo))
		}
		p = p.slice(min(q.hi, p.hi), p.hi)
	}
	if p.lo < p.hi {
		fresh = append(fresh, p)
	}
	m.parts = append(m.parts, fresh...)
	slices.SortFunc(m.parts, func(a, b part) int { return cmp.Compare(a.lo, b.lo) })
}

func (p part) slice(lo, hi uint64) part {
	p.off += int64(lo - p.lo)
	p.lo, p.hi = lo, hi
	return p
}

// find returns the part that holds the address.
func (m *memory) find(addr uint64) *part {
	i, found := slices.BinarySearchFunc(m.parts, addr, func(p part, a uint64) int { return cmp.Compare(p.lo, a) })
	if !found {
		i--
	}
	if i < 0 || addr >= m.parts[i].hi {
		return nil
	}
	return &m.parts[i]
}

// bytes returns n bytes at the address, or nil if any of them is not known.
// They are not copied if they are of one part of a mapped file, so they must
// not be changed.
func (m *memory) bytes(addr uint64, n int) []byte {
	p := m.find(addr)
	if p == nil || n <= 0 {
		return nil
	}
	if uint64(n) <= p.hi-addr {
		return p.bytes(addr, n)
	}
	if zeros, ok := m.known(addr, uint64(n)); !ok || zeros > maxZeros {
		return nil // before anything of that size is allocated
	}
	out := make([]byte, 0, n)
	for len(out) < n {
		if p = m.find(addr); p == nil {
			return nil
		}
		k := min(n-len(out), int(p.hi-addr))
		b := p.bytes(addr, k)
		if b == nil {
			return nil
		}
		out, addr = append(out, b...), addr+uint64(k)
	}
	return out
}

// known reports whether all of the range is in the memory, and how many bytes
// of it are in no file.
func (m *memory) known(addr, n uint64) (zeros uint64, ok bool) {
	for n > 0 {
		p := m.find(addr)
		if p == nil {
			return zeros, false
		}
		k := min(n, p.hi-addr)
		if p.src == nil {
			zeros += k
		}
		addr, n = addr+k, n-k
	}
	return zeros, true
}

func (p *part) bytes(addr uint64, n int) []byte {
	if p.src == nil {
		if n > maxZeros {
			return nil
		}
		return make([]byte, n)
	}
	b, err := p.src.Slice(p.off+int64(addr-p.lo), n)
	if err != nil {
		return nil
	}
	return b
}

// u64 reads a word; 0 if it is not known.
func (m *memory) u64(addr uint64) uint64 {
	if b := m.bytes(addr, 8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (m *memory) u32(addr uint64) uint32 {
	if b := m.bytes(addr, 4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (m *memory) u16(addr uint64) uint16 {
	if b := m.bytes(addr, 2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (m *memory) u8(addr uint64) uint8 {
	if b := m.bytes(addr, 1); b != nil {
		return b[0]
	}
	return 0
}

// uint reads an unsigned integer of 1, 2, 4 or 8 bytes.
func (m *memory) uint(addr uint64, size int) uint64 {
	switch size {
	case 1:
		return uint64(m.u8(addr))
	case 2:
		return uint64(m.u16(addr))
	case 4:
		return uint64(m.u32(addr))
	}
	return m.u64(addr)
}

// release gives the pages of a range back to the system.
func (m *memory) release(addr, n uint64) {
	for n > 0 {
		p := m.find(addr)
		if p == nil {
			return
		}
		k := min(n, p.hi-addr)
		if p.core {
			p.src.Release(p.off+int64(addr-p.lo), int64(k))
		}
		addr, n = addr+k, n-k
	}
}

// slice reads a Go slice header and checks it against what is known; n is 0 if
// it cannot be one.
func (m *memory) slice(addr, elem uint64) (data, n uint64) {
	data, n = m.u64(addr), m.u64(addr+8)
	if n > m.u64(addr+16) || n > 1<<40/max(elem, 1) {
		return 0, 0
	}
	if zeros, ok := m.known(data, n*elem); !ok || zeros > maxZeros {
		return 0, 0
	}
	return data, n
}
