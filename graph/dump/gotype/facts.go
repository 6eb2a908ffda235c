package gotype

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
)

// slotFact is what is known of an untyped object in one number: the size class
// of its slot and whether the collector scans it.
type slotFact uint32

type slotScan uint8

const (
	scanUnknown slotScan = iota
	scanNo
	scanYes
)

// Classes are indexes in sizeClasses and these.
const (
	classLarge = 200 // whole pages
	classTiled = 201 // of types: any slot that holds an element
	classNone  = 202 // not a slot's size
	class16    = 1
)

func makeFact(class uint8, scan slotScan) slotFact { return slotFact(class)<<2 | slotFact(scan) }

func (f slotFact) class() uint8   { return uint8(f >> 2) }
func (f slotFact) scan() slotScan { return slotScan(f & 3) }

// classTable maps size/8 to the class of that size.
var classTable = func() (t [maxSmall/8 + 1]uint8) {
	for i := range t {
		t[i] = classNone
	}
	for i, size := range sizeClasses {
		t[size/8] = uint8(i)
	}
	return t
}()

func classOf(slotSize uint64) uint8 {
	if slotSize > maxSmall {
		return classLarge
	}
	if slotSize&7 != 0 {
		return classNone
	}
	return classTable[slotSize/8]
}

// sizeTypes are the types of objects of which only the size is known.
type sizeTypes struct {
	b     *graph.Builder
	small [len(sizeClasses)][maxBitmapped/8 + 1]atomic.Uint32 // id+1 by class and pointers
	mu    sync.RWMutex
	other map[sizeKey]graph.TypeID
	scan  []slotScan // by type id
}

type sizeKey struct {
	size     uint64
	pointers int
}

func (s *sizeTypes) init(b *graph.Builder) {
	s.b, s.other = b, map[sizeKey]graph.TypeID{}
}

// SizeType returns the type named by what is known of an untyped object: its
// slot size and how many of its words can be pointers (any positive number if
// that is not known). Readers pass it to SetNode for all objects; Run replaces
// it for the objects it finds a type for. Fast, and safe for concurrent use.
func (ty *Typer) SizeType(size uint64, pointers int) graph.TypeID {
	s := &ty.sizes
	// How many pointers a larger object has says little, and would make many
	// types of one.
	if size > maxBitmapped {
		pointers = min(pointers, 1)
	}
	class := classOf(size)
	if int(class) < len(sizeClasses) && uint(pointers) < uint(len(s.small[0])) {
		if id := s.small[class][pointers].Load(); id != 0 {
			return graph.TypeID(id - 1)
		}
		id := s.add(size, pointers)
		s.small[class][pointers].Store(uint32(id) + 1)
		return id
	}
	s.mu.RLock()
	id, ok := s.other[sizeKey{size, pointers}]
	s.mu.RUnlock()
	if !ok {
		id = s.add(size, pointers)
	}
	return id
}

func (s *sizeTypes) add(size uint64, pointers int) graph.TypeID {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sizeKey{size, pointers}
	id, ok := s.other[key]
	if ok {
		return id
	}
	id = s.b.Types().Intern(sizeName(size, pointers))
	s.other[key] = id
	for len(s.scan) <= int(id) {
		s.scan = append(s.scan, scanUnknown)
	}
	s.scan[id] = scanNo
	if pointers != 0 {
		s.scan[id] = scanYes
	}
	return id
}

// sizeName names an object by its size: `64 B object with 3 pointers`.
func sizeName(size uint64, pointers int) string {
	name := fmt.Sprintf("%d B object", size)
	switch {
	case size >= 1<<20 && size%(1<<20) == 0:
		name = fmt.Sprintf("%d MiB object", size>>20)
	case size >= 1<<10 && size%(1<<10) == 0:
		name = fmt.Sprintf("%d KiB object", size>>10)
	}
	switch {
	case pointers == 0:
		return name + " without pointers"
	case size > maxBitmapped:
		return name + " with pointers"
	case pointers == 1:
		return name + " with 1 pointer"
	}
	return fmt.Sprintf("%s with %d pointers", name, pointers)
}

// fact is what is known of n's slot. The rows must have been built.
func (ty *Typer) fact(n graph.NodeID) slotFact {
	scan := scanUnknown
	if id := ty.g.Type(n); int(id) < len(ty.sizes.scan) {
		scan = ty.sizes.scan[id]
	}
	if scan == scanUnknown && len(ty.g.Row(n)) > 0 {
		scan = scanYes
	}
	return makeFact(classOf(ty.g.Size(n)), scan)
}

// fits reports whether an object of which f is known can be of the type.
func (ty *Typer) fits(in *info, f slotFact, n graph.NodeID) bool {
	if s := f.scan(); s != in.scan && s != scanUnknown && in.scan != scanUnknown {
		return false
	}
	switch class := f.class(); {
	case in.class == classTiled && int(class) < len(sizeClasses):
		return uint64(sizeClasses[class]) >= in.slot
	case in.class == classTiled:
		return ty.g.Size(n) >= in.slot
	case class == classLarge:
		return in.slot == ty.g.Size(n)
	case class == in.class:
		return class != classNone
	default:
		return in.tiny && class == class16
	}
}

// better is the order of types that compete for one object: the larger one
// wastes less of the slot; what is left has no meaning but must not depend on
// the order of discovery.
func (in *info) better(than *info) bool {
	a, b := in.t, than.t
	switch {
	case a == b:
		return false
	case a.Part.tiled() != b.Part.tiled():
		return a.Part.tiled() // a slice's array of one element is also an element
	case a.Size != b.Size:
		return a.Size > b.Size
	case in.shape != than.shape:
		return !in.shape
	case a.Part != b.Part:
		return a.Part > b.Part
	case in.depth != than.depth:
		return in.depth > than.depth // what embeds, not what is embedded
	case a.FullName != b.FullName:
		return a.FullName < b.FullName
	case a.Addr != b.Addr:
		return a.Addr < b.Addr
	}
	return a.die < b.die
}
