package gotype

import (
	"sync"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
)

// SlotLabel makes the label of a reference: word is the index of the pointer word
// from the holder's start (the node's address), interior whether the pointer leads
// to the inside of its target. Words from 2^31 on (16 GiB) share a label.
func SlotLabel(word uint64, interior bool) uint32 {
	label := uint32(min(word, 1<<31-1)) << 1
	if interior {
		label |= slotInterior
	}
	return label
}

// slotInterior is the bit of a label that tells a pointer to the inside.
const slotInterior = 1

// slotWord is the word of a label.
func slotWord(label uint32) uint64 { return uint64(label >> 1) }

// Typer finds the types of the objects of one graph. Header, Hint and Closure
// may be called concurrently while rows are written; the result does not depend
// on the order of calls. It takes 4 bytes for each object, and 4 more for each
// object of the widest step while it runs.
//
// The shallow size of a node must be its slot's size, with the malloc header;
// its address is after the header. References of a row must be in the order of
// their words.
type Typer struct {
	// Content returns the bytes of an object from the node's address on, for
	// the rare reads of closures. It must be set before Run and be safe for
	// concurrent use; it may return nil.
	Content func(n graph.NodeID) []byte
	// Statics are the values in the program's data that variables lead to, and Data
	// reads that data; nil if they are not known.
	Statics *Statics
	Data    func(addr uint64, n int) []byte

	exe *Exe
	b   *graph.Builder
	g   *graph.Graph
	col []claim // by node; nil after Run

	sizes sizeTypes
	infos infoTable
	hints hintTable

	objects   []graph.NodeID // of Object
	variables []variable
	shapes    []variable // of generic functions, whose types are shapes of types
	round     uint32

	byTypeID []*Type // after Run
}

// claim is what is known of a node's type: a rank in the upper 6 bits and
// below it the number of a Type, or for claimNone what is known of the slot.
type claim uint32

const (
	claimShift = 26
	claimMask  = 1<<claimShift - 1

	claimNone     = 0 // number is a slotFact
	claimHint     = 1 // a type word was seen before a pointer to it
	claimOld      = 2 // inferred and settled
	claimExact    = 3 // the dump says so
	claimFollowed = 4 // the same, and its references were followed
	claimRound    = 5 // first of the ranks of types inferred in a round
	// A round has two ranks: by the type word of an interface, and directly.
	// The ranks are used again after rounds rounds.
	rounds = (1<<(32-claimShift) - claimRound) / 2
)

func makeClaim(rank uint32, number uint32) claim { return claim(rank<<claimShift | number) }

func (c claim) rank() uint32   { return uint32(c >> claimShift) }
func (c claim) number() uint32 { return uint32(c & claimMask) }
func (c claim) exact() bool    { return c.rank() == claimExact || c.rank() == claimFollowed }

type variable struct {
	node graph.NodeID
	slot Slot
}

// NewTyper makes a Typer for the objects of the builder, whose addresses and
// sizes must be set (Header and Hint check that a type fits a size). Without an
// executable all objects stay named by their size.
func NewTyper(exe *Exe, b *graph.Builder) *Typer {
	ty := &Typer{exe: exe, b: b, g: b.Graph()}
	ty.sizes.init(b)
	if exe != nil {
		ty.col = graph.Large[claim](ty.g.Len())
		ty.hints.init(exe)
	}
	return ty
}

func (ty *Typer) at(n graph.NodeID) *uint32 { return (*uint32)(&ty.col[n]) }

func (ty *Typer) load(n graph.NodeID) claim { return claim(atomic.LoadUint32(ty.at(n))) }

func (ty *Typer) cas(n graph.NodeID, old, new claim) bool {
	return atomic.CompareAndSwapUint32(ty.at(n), uint32(old), uint32(new))
}

// Header says that the object was allocated with this run-time type (malloc
// header or a large span's type): one value of it, or as many as fit.
func (ty *Typer) Header(n graph.NodeID, typeAddr uint64) {
	if ty.exe == nil {
		return
	}
	if number := ty.hints.header(typeAddr, ty.g.Size(n)); number != 0 {
		atomic.StoreUint32(ty.at(n), uint32(makeClaim(claimExact, number)))
	}
}

// Hint says that a pointer to the start of n was seen whose preceding word is w.
// If w is a type or itab address then the two words are probably an interface.
// Cheap if it is not.
func (ty *Typer) Hint(n graph.NodeID, w uint64) {
	if ty.exe == nil {
		return
	}
	if number := ty.hints.data(w); number != 0 {
		ty.hint(n, number)
	}
}

// HintInside is Hint for a pointer to the inside of n. It tells a type only of
// the blocks of 16 bytes that small values without pointers share.
func (ty *Typer) HintInside(n graph.NodeID, w uint64) {
	if ty.exe == nil || ty.g.Size(n) != tinySize {
		return
	}
	if number := ty.hints.data(w); number != 0 && ty.info(number).tiny {
		ty.hint(n, number)
	}
}

// Closure says that the first word of n is w. If w is the entry of a function
// then n is probably its function value. Cheap if it is not.
func (ty *Typer) Closure(n graph.NodeID, w uint64) {
	if ty.exe == nil || !ty.exe.mod.text.Contains(w-ty.exe.bias) {
		return
	}
	if t := ty.exe.Closure(w); t != nil {
		ty.hint(n, t.id)
	}
}

// hint keeps the best of the hints for n that fit its size.
func (ty *Typer) hint(n graph.NodeID, number uint32) {
	in := ty.info(number)
	if !in.t.Fits(ty.g.Size(n)) {
		return
	}
	for {
		cur := ty.load(n)
		if cur.rank() > claimHint || cur.rank() == claimHint && (cur.number() == number || !in.betterHint(ty.info(cur.number()))) {
			return
		}
		if ty.cas(n, cur, makeClaim(claimHint, number)) {
			return
		}
	}
}

// betterHint is better for hints. A type word before a pointer says more than a
// first word that is a function's address: numbers can be that by chance.
func (in *info) betterHint(than *info) bool {
	if closure := in.t.Part == PartClosure; closure != (than.t.Part == PartClosure) {
		return !closure
	}
	return in.better(than)
}

// Variable says that a word of a variable of type t points to n. Not safe for
// concurrent use. A nil t is ignored.
func (ty *Typer) Variable(n graph.NodeID, t *Type, word uint64, interior bool) {
	if ty.exe == nil || t == nil || interior {
		return
	}
	s := t.Slot(word)
	switch {
	case s.Kind == SlotNone:
	case isShape(t):
		ty.shapes = append(ty.shapes, variable{n, s})
	default:
		ty.variables = append(ty.variables, variable{n, s})
	}
}

// Object says that n is known to hold a value of type t (a goroutine's
// structure, say). Not safe for concurrent use.
func (ty *Typer) Object(n graph.NodeID, t *Type, src graph.TypeSource) {
	if ty.exe == nil || t == nil {
		return
	}
	rank := uint32(claimOld)
	if src == graph.TypeExact {
		rank = claimExact
	}
	if ty.load(n).rank() < rank {
		ty.col[n] = makeClaim(rank, t.id)
		ty.objects = append(ty.objects, n)
	}
}

// TypeOf returns the type behind an id of the graph's type table; nil for
// types named by size.
func (ty *Typer) TypeOf(id graph.TypeID) *Type {
	if int(id) < len(ty.byTypeID) {
		return ty.byTypeID[id]
	}
	return nil
}

// info is what propagation needs of a type, at hand.
type info struct {
	t     *Type
	flat  []slotCode
	class uint8 // of its slot; classLarge and classTiled too
	scan  slotScan
	shape bool  // only the shape of another type
	tiny  bool  // may share a 16-byte block
	pools bool  // has a sync.Pool in it
	depth uint8 // how many types begin with each other at the start of it
	slot  uint64
	// larger are tried where the type does not fit: see Type.larger.
	larger []uint32
}

// infoTable holds the infos by type number; reading takes no lock.
type infoTable struct {
	mu   sync.Mutex
	list atomic.Pointer[[]atomic.Pointer[info]]
}

func (ty *Typer) info(number uint32) *info {
	if list := ty.infos.list.Load(); list != nil && int(number) < len(*list) {
		if in := (*list)[number].Load(); in != nil {
			return in
		}
	}
	return ty.addInfo(number)
}

func (ty *Typer) addInfo(number uint32) *info {
	in := newInfo(ty.exe.types.byID(number))
	ty.infos.mu.Lock()
	defer ty.infos.mu.Unlock()
	var list []atomic.Pointer[info]
	if p := ty.infos.list.Load(); p != nil {
		list = *p
	}
	if int(number) >= len(list) {
		longer := make([]atomic.Pointer[info], max(1024, 2*int(number)))
		for i := range list {
			longer[i].Store(list[i].Load())
		}
		list = longer
		ty.infos.list.Store(&longer)
	}
	if old := list[number].Load(); old != nil {
		return old
	}
	list[number].Store(in)
	return in
}

func newInfo(t *Type) *info {
	in := &info{t: t, shape: isShape(t), flat: t.flat(), scan: scanNo, slot: SlotSize(t.Size, t.PtrBytes > 0), pools: t.hasPool(0), depth: t.depth()}
	if t.PtrBytes > 0 {
		in.scan = scanYes
	}
	switch {
	case t.Part == PartClosure:
		in.class, in.slot = classTiled, t.Size
		if in.scan == scanNo {
			in.scan = scanUnknown // not all captured variables are known
		}
	case t.Part.tiled(), t.Part == PartChan && t.PtrBytes == 0:
		in.class, in.slot = classTiled, t.Size
	default:
		in.class = classOf(in.slot)
		in.tiny = t.PtrBytes == 0 && t.Size < tinySize
	}
	for _, l := range t.larger() {
		in.larger = append(in.larger, l.id)
	}
	return in
}
