package graph

import (
	"fmt"
	"sync"
)

// Graph is the object graph of one heap dump. After [Builder.Build] it does not
// change and is safe for concurrent readers.
type Graph struct {
	info  Info
	n     int
	types TypeTable
	strs  stringTable

	typeOf []TypeID
	size32 []uint32          // shallow size; sizeLarge if it is in large
	large  map[NodeID]uint64 // shallow sizes that do not fit 32 bits
	flags  []nodeFlags
	recLo  []uint32 // position of the record in the dump, low 32 bits
	recHi  []uint8  // and the next 8
	addrs  *AddressIndex

	labels  LabelWidth
	strides []uint32 // by type
	rows    []rowChunk
	refs    int64

	roots    []Root
	threads  []Thread
	bounds   map[NodeID]StringID // see SetBound
	warnings []Warning
	detail   Detailer

	inOnce sync.Once
	inLock chan struct{} // has room for who builds in
	in     *Inbound

	reached    Bitset // see Reached
	ephemerons bool   // there are such references, and Build has yet to settle them

	companions sync.Map // see Companion
}

const sizeLarge = 1<<32 - 1

// Info returns what the dump is.
func (g *Graph) Info() *Info { return &g.info }

// Len is the number of objects; NodeIDs are 0 to Len()-1.
func (g *Graph) Len() int { return g.n }

// Refs is the number of references of all kinds.
func (g *Graph) Refs() int64 { return g.refs }

// Types returns the table of types.
func (g *Graph) Types() *TypeTable { return &g.types }

// Type returns the type of an object.
func (g *Graph) Type(n NodeID) TypeID { return g.typeOf[n] }

// TypeColumn is the type of every object, indexed by NodeID. It must not be
// changed.
func (g *Graph) TypeColumn() []TypeID { return g.typeOf }

// TypeName returns the name of an object's type.
func (g *Graph) TypeName(n NodeID) string { return g.types.Name(g.typeOf[n]) }

// TypeSource tells how the type of an object is known.
func (g *Graph) TypeSource(n NodeID) TypeSource { return TypeSource(g.flags[n] & flagSource) }

// Internal reports whether the object is a container's inside (a map table, a
// hash node, an instance's dict) that paths fold into one step.
func (g *Graph) Internal(n NodeID) bool { return g.flags[n]&flagInternal != 0 }

// Size returns the shallow size of an object in bytes.
func (g *Graph) Size(n NodeID) uint64 {
	if s := g.size32[n]; s != sizeLarge {
		return uint64(s)
	}
	return g.large[n]
}

// Record returns the position of the object's record in the dump; 0 if the
// reader keeps none.
func (g *Graph) Record(n NodeID) int64 {
	if g.recLo == nil {
		return 0
	}
	return int64(g.recHi[n])<<32 | int64(g.recLo[n])
}

// Address returns the address (or, for formats without addresses, the id) of
// an object. It costs a binary search; it is for display.
func (g *Graph) Address(n NodeID) uint64 {
	if g.addrs == nil {
		return uint64(n)
	}
	return g.addrs.Address(n)
}

// Addressed reports whether the objects have addresses, or ids of the format's
// own; else Address is the NodeID.
func (g *Graph) Addressed() bool { return g.addrs != nil }

// Find returns the object that starts at the address.
func (g *Graph) Find(addr uint64) (NodeID, bool) {
	if g.addrs == nil {
		return NodeID(addr), addr < uint64(g.n)
	}
	return g.addrs.Lookup(addr)
}

// Containing returns the object whose bytes include the address, and how far
// into the object the address points.
func (g *Graph) Containing(addr uint64) (n NodeID, delta uint64, ok bool) {
	if g.addrs == nil {
		n, ok = g.Find(addr)
		return n, 0, ok
	}
	n, start, ok := g.addrs.Floor(addr)
	if !ok || addr-start >= g.Size(n) && addr != start {
		return None, 0, false
	}
	return n, addr - start, true
}

// Row returns the objects that n refers to, in record order, of all kinds of
// references. The slice must not be changed.
func (g *Graph) Row(n NodeID) []NodeID {
	c := &g.rows[n>>rowShift]
	i := n & rowChunkMask
	return c.to[c.off[i]:c.off[i+1]]
}

// Plain reports whether all references of n are strong, which is so for nearly
// every object: then Row(n) is all that n retains directly.
func (g *Graph) Plain(n NodeID) bool { return g.flags[n]&flagKinds == 0 }

// Leaf reports whether n has no references. Half of a usual heap has none, and
// this is cheaper than to look at the row.
func (g *Graph) Leaf(n NodeID) bool { return g.flags[n]&flagLeaf != 0 }

// Retained returns the objects that n refers to by references that retain. It
// is Row(n) itself for plain nodes and a filtered copy in buf for others. The
// slice must not be changed.
func (g *Graph) Retained(n NodeID, buf *[]NodeID) []NodeID {
	flags := g.flags[n]
	if flags&flagLeaf != 0 {
		return nil
	}
	row := g.Row(n)
	if flags&flagKinds == 0 {
		return row
	}
	out := (*buf)[:0]
	for i, to := range row {
		if g.RefKind(n, i).Retains() {
			out = append(out, to)
		}
	}
	*buf = out
	return out
}

// RefKind returns the kind of reference i of Row(n).
func (g *Graph) RefKind(n NodeID, i int) RefKind {
	if g.Plain(n) {
		return Strong
	}
	c := &g.rows[n>>rowShift]
	return c.kind(c.off[n&rowChunkMask] + uint32(i))
}

// First returns the first reference from one object to another that retains, as an
// index of Row(from); -1 if there is none. It is the reference that is shown where
// there are several.
func (g *Graph) First(from, to NodeID) int {
	for i, n := range g.Row(from) {
		if n == to && g.RefKind(from, i).Retains() {
			return i
		}
	}
	return -1
}

// EphemeronTable returns the weak table that has reference i of Row(n), an ephemeron,
// as an entry; None if it is no ephemeron, or the table is not known.
func (g *Graph) EphemeronTable(n NodeID, i int) NodeID {
	if g.Plain(n) {
		return None
	}
	c := &g.rows[n>>rowShift]
	if at, ok := c.findOdd(c.off[n&rowChunkMask] + uint32(i)); ok && c.odd[at].kind == Ephemeron {
		return c.odd[at].table
	}
	return None
}

// Labels says what kind of label each reference has.
func (g *Graph) Labels() LabelWidth { return g.labels }

// Label returns the label of reference i of Row(n): a slot number, a StringID,
// or 0 without labels.
func (g *Graph) Label(n NodeID, i int) uint32 {
	c := &g.rows[n>>rowShift]
	pos := c.off[n&rowChunkMask] + uint32(i)
	switch g.labels {
	case SlotLabels:
		return c.slot(pos)
	case NameLabels:
		return c.names[pos]
	}
	return 0
}

// LabelKey is the label of reference i of Row(n) without the index of an
// element (see Builder.SetStride): references of one type that have one key
// differ by an index at most.
func (g *Graph) LabelKey(n NodeID, i int) uint32 {
	label := g.Label(n, i)
	if stride := g.Stride(g.typeOf[n]); stride > 0 {
		label %= stride
	}
	return label
}

// Stride is how many slot labels each element of a type's objects has; 0 for
// types that are no arrays.
func (g *Graph) Stride(t TypeID) uint32 {
	if int(t) < len(g.strides) {
		return g.strides[t]
	}
	return 0
}

// Slots returns the slot labels of Row(n), or nil without slot labels; FarSlot
// stands for larger ones. The slice must not be changed.
func (g *Graph) Slots(n NodeID) []uint16 {
	if g.labels != SlotLabels {
		return nil
	}
	c := &g.rows[n>>rowShift]
	i := n & rowChunkMask
	return c.slots[c.off[i]:c.off[i+1]]
}

// String returns a string of the graph's string table.
func (g *Graph) String(id StringID) string { return g.strs.get(uint32(id)) }

// Roots returns all roots, best rank first, then in NodeID order. The slice
// must not be changed.
func (g *Graph) Roots() []Root { return g.roots }

// Reached is the set of all objects that references which retain lead to from any
// root, if the reader found it on its way, or nil. It must not be changed.
func (g *Graph) Reached() Bitset { return g.reached }

// Warnings returns what the reader could not read.
func (g *Graph) Warnings() []Warning { return g.warnings }

// Detail returns the reader's Detailer; it is never nil.
func (g *Graph) Detail() Detailer { return g.detail }

// Companion returns the one value that a package, such as store or lang, keeps
// with the graph; make makes it at the first call. Safe for concurrent use.
func (g *Graph) Companion(of string, make func() any) any {
	once, ok := g.companions.Load(of)
	if !ok {
		once, _ = g.companions.LoadOrStore(of, sync.OnceValue(make))
	}
	return once.(func() any)()
}

// Describe names an object for people and logs: its type and address.
func (g *Graph) Describe(n NodeID) string {
	if n == None {
		return "no object"
	}
	return fmt.Sprintf("%s 0x%x", g.TypeName(n), g.Address(n))
}
