package gotype

import "reflect"

// The compiler allocates what a variable's initialiser points to statically, as
// in `var cache = &Cache{…}`, and keeps no name for it. statics finds these
// objects by the pointers that the executable's data holds from the start, and
// names them after the variable.

// maxStatics bounds how many are looked for, and maxStaticWords how many words
// of a variable are looked at: tables of constants can be long.
const (
	maxStatics     = 1 << 20
	maxStaticWords = 1 << 16
)

// statics returns the unnamed objects that the known variables point to.
func (e *Exe) statics(known []Global) []Global {
	s := &staticFinder{e: e, known: known, have: map[uint64]bool{}}
	for i := range known {
		s.follow(&known[i])
	}
	for i := 0; i < len(s.found) && len(s.found) < maxStatics; i++ {
		g := s.found[i]
		s.follow(&g)
	}
	return s.found
}

type staticFinder struct {
	e     *Exe
	known []Global // in address order
	have  map[uint64]bool
	found []Global
}

// follow looks at the pointers of one variable.
func (s *staticFinder) follow(g *Global) {
	if g.Type == nil || g.Type.PtrBytes == 0 || s.e.img.bytes(g.Addr-s.e.bias, 8) == nil {
		return
	}
	words := min(g.Size/8, maxStaticWords)
	for w := range words {
		addr := g.Addr + w*8
		p := s.e.pointer(addr)
		if p == 0 || !s.e.mod.holdsVariables(p-s.e.bias) {
			continue
		}
		slot := g.Type.Slot(w)
		t, n := slot.To, uint64(1)
		switch slot.Kind {
		case SlotPtr:
		case SlotSlice:
			n = s.e.word(addr + 16) // capacity
		case SlotEface, SlotIface:
			typ := s.e.pointer(addr - 8)
			if t = pointee(s.e.TypeAt(typ)); t == nil {
				t = pointee(s.e.ItabType(typ))
			}
		default:
			continue
		}
		s.add(g, w, p, t, n)
	}
}

// add notes n values of type t at p, which word w of g points to.
func (s *staticFinder) add(g *Global, w, p uint64, t *Type, n uint64) {
	if t == nil || t.Size == 0 || n == 0 || n > 1<<40/t.Size || s.have[p] {
		return
	}
	r := Range{p - s.e.bias, p - s.e.bias + n*t.Size}
	if t.Part != PartNone && t.Part != PartArray || t.Kind == reflect.Map || !s.e.mod.holdsVariables(r.Hi-1) {
		return
	}
	if _, named := findGlobal(s.known, p); named {
		return
	}
	s.have[p] = true
	label := g.Type.SlotLabel(w)
	s.found = append(s.found, Global{
		Addr: p, Size: n * t.Size, Name: g.Name + label, Full: g.Full + label, Type: t, Rank: g.Rank, Package: g.Package, Static: true,
	})
}
