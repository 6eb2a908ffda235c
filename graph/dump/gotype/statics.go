package gotype

import (
	"cmp"
	"reflect"
	"slices"
)

// The compiler allocates what a variable's initialiser points to statically, as
// in `var cache = &Cache{…}`, and keeps no name for it.

// maxStaticWords bounds how many words of a value are looked at, as tables of
// constants can be long, and maxStaticTotal how many in all.
const (
	maxStaticWords = 1 << 16
	maxStaticTotal = 1 << 24
)

// Static is a value in the executable's data that has no name but that a
// variable leads to.
type Static struct {
	Addr  uint64
	Size  uint64
	Type  *Type
	Owner *Global // the variable
	Path  string  // the references from there, as source code has them: `.list[3]`
}

// Statics are such values, in address order.
type Statics struct{ list []Static }

// Statics finds the unnamed values that variables lead to. read returns bytes
// of the process' data, or nil for what it does not have; then, and if read is
// nil, the executable's initial data are taken.
func (e *Exe) Statics(read func(addr uint64, n int) []byte) *Statics {
	s := &staticFinder{e: e, read: read, have: map[uint64]bool{}}
	known := e.Globals()
	for i := range known {
		g := &known[i]
		s.follow(Static{Addr: g.Addr, Size: g.Size, Type: g.Type, Owner: g})
	}
	for i := 0; i < len(s.found); i++ {
		s.follow(s.found[i])
	}
	slices.SortFunc(s.found, func(a, b Static) int { return cmp.Compare(a.Addr, b.Addr) })
	return &Statics{s.found}
}

// At returns the value that contains the address.
func (s *Statics) At(addr uint64) (*Static, bool) {
	i, exact := slices.BinarySearchFunc(s.list, addr, func(v Static, addr uint64) int { return cmp.Compare(v.Addr, addr) })
	if !exact {
		i--
	}
	if i < 0 || addr-s.list[i].Addr >= s.list[i].Size {
		return nil, false
	}
	return &s.list[i], true
}

type staticFinder struct {
	e     *Exe
	read  func(addr uint64, n int) []byte
	have  map[uint64]bool
	words uint64 // looked at
	found []Static
}

// word reads a pointer-sized word of the data; ok is false where there is none.
func (s *staticFinder) word(addr uint64) (w uint64, ok bool) {
	if s.read != nil {
		if b := s.read(addr, 8); len(b) >= 8 {
			return leWord(b), true
		}
	}
	if s.e.img.bytes(addr-s.e.bias, 8) == nil {
		return 0, false
	}
	return s.e.pointer(addr), true
}

// number reads a word that is no pointer.
func (s *staticFinder) number(addr uint64) uint64 {
	if s.read != nil {
		if b := s.read(addr, 8); len(b) >= 8 {
			return leWord(b)
		}
	}
	n, _ := s.e.img.word(addr - s.e.bias)
	return n
}

// follow looks at the pointers of one value.
func (s *staticFinder) follow(v Static) {
	if v.Type == nil || v.Type.PtrBytes == 0 {
		return
	}
	words := min(v.Size/8, maxStaticWords, maxStaticTotal-s.words)
	s.words += words
	for w := range words {
		p, ok := s.word(v.Addr + w*8)
		if !ok {
			return
		}
		if p == 0 || !s.e.mod.holdsVariables(p-s.e.bias) {
			continue
		}
		slot := v.Type.Slot(w)
		t, n := slot.To, uint64(1)
		switch slot.Kind {
		case SlotPtr:
		case SlotSlice:
			n = s.number(v.Addr + w*8 + 16) // capacity
		case SlotEface, SlotIface:
			t = s.dynamic(v.Addr + w*8 - 8)
		default:
			continue
		}
		s.add(&v, w, p, t, n)
	}
}

// dynamic is what the interface with its type word at addr points to.
func (s *staticFinder) dynamic(addr uint64) *Type {
	word, _ := s.word(addr)
	if t := pointee(s.e.TypeAt(word)); t != nil {
		return t
	}
	return pointee(s.e.ItabType(word))
}

// add notes n values of type t at p, which word w of v points to.
func (s *staticFinder) add(v *Static, w, p uint64, t *Type, n uint64) {
	if t == nil || t.Size == 0 || n == 0 || n > maxObjectBytes/t.Size || s.have[p] {
		return
	}
	if t.Part != PartNone && t.Part != PartArray || t.Kind == reflect.Map || !s.e.mod.holdsVariables(p-s.e.bias+n*t.Size-1) {
		return
	}
	if g, named := s.e.GlobalAt(p); named && g.Type != nil {
		return
	}
	s.have[p] = true
	s.found = append(s.found, Static{p, n * t.Size, t, v.Owner, v.Path + v.Type.SlotLabel(w)})
}
