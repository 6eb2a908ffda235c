package graph

import (
	"cmp"
	"slices"
)

// rowShift is log2 of the nodes in one chunk of rows.
const rowShift = 16

const (
	rowChunkLen  = 1 << rowShift
	rowChunkMask = rowChunkLen - 1
)

// rowChunk holds the references of 65,536 nodes in compressed sparse rows.
// Chunks are built independently of each other, on all cores, and their 32-bit
// offsets are relative, so that a graph can have more than 2^32 references.
type rowChunk struct {
	off   []uint32 // row i is to[off[i]:off[i+1]]
	to    []NodeID
	slots []uint16 // with SlotLabels, parallel to to
	far   []farRef // the slots that 16 bits do not hold, by position
	names []uint32 // with NameLabels, parallel to to
	odd   []oddRef // the references that are not strong, by position
}

// FarSlot stands in Slots for a slot number that 16 bits do not hold: Label
// knows it. Only the ends of long objects have such.
const FarSlot = 1<<16 - 1

// farRef is the slot number of a reference far into its holder.
type farRef struct{ pos, slot uint32 }

// slot returns the slot number at position pos of the chunk.
func (c *rowChunk) slot(pos uint32) uint32 {
	if s := c.slots[pos]; s != FarSlot {
		return uint32(s)
	}
	i, _ := slices.BinarySearchFunc(c.far, pos, func(f farRef, p uint32) int { return cmp.Compare(f.pos, p) })
	if i == len(c.far) {
		return FarSlot // only in a damaged index
	}
	return c.far[i].slot
}

// oddRef is a reference that is not strong. They are rare: a list beside the
// rows costs less than a byte with every reference.
type oddRef struct {
	pos   uint32
	table NodeID // of an ephemeron
	kind  RefKind
}

// kind returns the kind of the reference at position pos of the chunk.
func (c *rowChunk) kind(pos uint32) RefKind {
	i, ok := c.findOdd(pos)
	if !ok {
		return Strong
	}
	return c.odd[i].kind
}

// setKind makes the reference at position pos one of the kind.
func (c *rowChunk) setKind(pos uint32, kind RefKind) {
	i, ok := c.findOdd(pos)
	if !ok {
		c.odd = slices.Insert(c.odd, i, oddRef{pos: pos, table: None})
	}
	c.odd[i].kind = kind
}

func (c *rowChunk) findOdd(pos uint32) (i int, ok bool) {
	return slices.BinarySearchFunc(c.odd, pos, func(o oddRef, p uint32) int { return cmp.Compare(o.pos, p) })
}

// RowWriter writes the rows of a range of nodes, in order: Add for each
// reference of a node, then Next. It belongs to one goroutine.
type RowWriter struct {
	width LabelWidth
	off   []uint32
	to    []NodeID
	slots []uint16
	far   []farRef
	names []uint32
	odd   []oddRef
	kinds []uint32 // rows with odd references

	ephemerons bool // some were written
}

// Add appends a strong reference to the current row. The label is a slot
// number or a StringID, as the builder's LabelWidth says.
func (w *RowWriter) Add(to NodeID, label uint32) {
	w.to = append(w.to, to)
	switch w.width {
	case SlotLabels:
		if label >= FarSlot {
			w.far = append(w.far, farRef{uint32(len(w.slots)), label})
			label = FarSlot
		}
		w.slots = append(w.slots, uint16(label))
	case NameLabels:
		w.names = append(w.names, label)
	}
}

// AddKind appends a reference of any kind.
func (w *RowWriter) AddKind(to NodeID, label uint32, kind RefKind) {
	if kind != Strong {
		w.addOdd(oddRef{pos: uint32(len(w.to)), table: None, kind: kind})
	}
	w.Add(to, label)
}

// AddEphemeron appends what the key of a weak table, whose row this is, does for the
// value: it keeps it as long as the table lives too. None is a table that is not
// known, and taken for one that lives. A reference of the table to the value does not
// retain, and is another one.
func (w *RowWriter) AddEphemeron(value NodeID, label uint32, table NodeID) {
	w.addOdd(oddRef{uint32(len(w.to)), table, Ephemeron})
	w.ephemerons = true
	w.Add(value, label)
}

// addOdd keeps that the next reference of the current row is not strong.
func (w *RowWriter) addOdd(o oddRef) {
	w.odd = append(w.odd, o)
	if row := uint32(len(w.off) - 1); len(w.kinds) == 0 || w.kinds[len(w.kinds)-1] != row {
		w.kinds = append(w.kinds, row)
	}
}

// Next ends the current row.
func (w *RowWriter) Next() { w.off = append(w.off, uint32(len(w.to))) }

func (w *RowWriter) reset() {
	w.off = append(w.off[:0], 0)
	w.to, w.slots, w.names = w.to[:0], w.slots[:0], w.names[:0]
	w.far, w.odd, w.kinds, w.ephemerons = w.far[:0], w.odd[:0], w.kinds[:0], false
}

// rowSlabs is the memory of all chunks of rows.
type rowSlabs struct {
	off, names slabs[uint32]
	to         slabs[NodeID]
	slots      slabs[uint16]
}

// chunk copies what was written for one of parts chunks into exactly sized
// arrays.
func (w *RowWriter) chunk(a *rowSlabs, parts int) rowChunk {
	return rowChunk{
		off: a.off.clone(w.off, parts), to: a.to.clone(w.to, parts), slots: a.slots.clone(w.slots, parts),
		far: slices.Clone(w.far), names: a.names.clone(w.names, parts), odd: slices.Clone(w.odd),
	}
}
