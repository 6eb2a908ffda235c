package gocore

import (
	"encoding/binary"
	"reflect"
	"sync"
)

// Offsets in abi.Type, abi.ArrayType and abi.StructType, the same in all
// versions that are read.
const (
	typeSize     = 0
	typePtrBytes = 8
	typeFlag     = 20
	typeKind     = 23
	typeGCData   = 32
	typeLen      = 48

	arrayElem    = 48
	arrayLen     = 64
	structFields = 56
	fieldLen     = 24
	fieldType    = 8
	fieldOffset  = 16

	kindMask = 1<<5 - 1
	// flagMaskOnDemand says that GCData points to a pointer to the mask, which
	// the runtime makes when it first needs it.
	flagMaskOnDemand = 1 << 4
	// maxMaskWords bounds the masks that are made here: types of 1 GiB.
	maxMaskWords = 1 << 27
)

// gcType is which words of a type the collector sees as pointers.
type gcType struct {
	size  uint64
	words uint64   // words that have bits
	mask  []uint64 // bit i is for word i
}

// gcTypes reads pointer masks of run-time types, once each. It is safe for
// concurrent use.
type gcTypes struct {
	mem   *memory
	cache sync.Map // address -> *gcType; nil for what is no type
}

// at returns the mask of the type at an address, or nil.
func (g *gcTypes) at(addr uint64) *gcType {
	if t, ok := g.cache.Load(addr); ok {
		return t.(*gcType)
	}
	t := g.read(addr)
	g.cache.Store(addr, t)
	return t
}

func (g *gcTypes) read(addr uint64) *gcType {
	raw := g.mem.bytes(addr, typeLen)
	if raw == nil {
		return nil
	}
	le := binary.LittleEndian
	t := &gcType{size: le.Uint64(raw[typeSize:]), words: le.Uint64(raw[typePtrBytes:]) / 8}
	if t.size == 0 || t.size%8 != 0 || t.words > t.size/8 || t.words > maxMaskWords {
		return nil
	}
	data := le.Uint64(raw[typeGCData:])
	if raw[typeFlag]&flagMaskOnDemand != 0 {
		if data = g.mem.u64(data); data == 0 {
			t.mask = make([]uint64, (t.words+63)/64)
			if !g.build(addr, 0, t, 0) {
				return nil
			}
			return t
		}
	}
	b := g.mem.bytes(data, int(t.words+7)/8)
	if b == nil {
		return nil
	}
	t.mask = make([]uint64, (t.words+63)/64)
	fillBits(t.mask, b)
	return t
}

// build adds the pointers of the type at addr, which is at a word of t, for
// types that the runtime has not yet made a mask for: large arrays and structs
// that hold them.
func (g *gcTypes) build(addr, word uint64, t *gcType, depth int) bool {
	raw := g.mem.bytes(addr, typeLen)
	if raw == nil || depth > 64 {
		return false
	}
	words := binary.LittleEndian.Uint64(raw[typePtrBytes:]) / 8
	if words == 0 {
		return true
	}
	if words > t.words || word > t.words-words {
		return false
	}
	if raw[typeFlag]&flagMaskOnDemand == 0 {
		b := g.mem.bytes(binary.LittleEndian.Uint64(raw[typeGCData:]), int(words+7)/8)
		for i := range words {
			if b != nil && b[i/8]>>(i%8)&1 != 0 {
				t.mask[(word+i)/64] |= 1 << ((word + i) % 64)
			}
		}
		return b != nil
	}
	switch reflect.Kind(raw[typeKind] & kindMask) {
	case reflect.Array:
		elem, n := g.mem.u64(addr+arrayElem), g.mem.u64(addr+arrayLen)
		step := g.mem.u64(elem+typeSize) / 8
		if step == 0 || n > maxMaskWords {
			return false
		}
		for i := range n {
			if !g.build(elem, word+i*step, t, depth+1) {
				return false
			}
		}
		return true
	case reflect.Struct:
		list, n := g.mem.slice(addr+structFields, fieldLen)
		for i := range n {
			f := list + i*fieldLen
			if !g.build(g.mem.u64(f+fieldType), word+g.mem.u64(f+fieldOffset)/8, t, depth+1) {
				return false
			}
		}
		return n > 0
	}
	return false
}
