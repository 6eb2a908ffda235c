package gotype

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// SlotWordMask and SlotInterior are the parts of a slot label: the index of the
// pointer word in the holder, saturated, and whether the pointer leads to the
// inside of its target.
const (
	SlotWordMask uint32 = 0x7fff
	SlotInterior uint32 = 0x8000
)

// SlotLabel makes the label of a reference: word is the index of the pointer
// word from the holder's start (the node's address).
func SlotLabel(word uint64, interior bool) uint32 {
	l := uint32(min(word, uint64(SlotWordMask)))
	if interior {
		l |= SlotInterior
	}
	return l
}

// Typer finds the types of the objects of one graph. Header, Hint and Closure
// may be called concurrently while rows are written; the result does not depend
// on the order of calls. It takes 4 bytes for each object, and 4 more for each
// object of the widest step while it runs.
//
// The shallow size of a node must be its slot's size, with the malloc header;
// its address is after the header.
type Typer struct {
	// Content returns the bytes of an object from the node's address on, for
	// the rare reads: closures, arrays longer than labels reach. It must be set
	// before Run and be safe for concurrent use; it may return nil.
	Content func(n graph.NodeID) []byte
}

// NewTyper makes a Typer for the objects of the builder, whose addresses and
// sizes must be set (Header and Hint check that a type fits a size). Without an
// executable all objects stay named by their size.
func NewTyper(exe *Exe, b *graph.Builder) *Typer { return &Typer{} }

// SizeType returns the type named by what is known of an untyped object: its
// slot size and how many of its words can be pointers (any positive number, or
// the number of pointers, if that is not known). Readers pass it to SetNode for
// all objects; Run replaces it for the objects it finds a type for. Fast, and
// safe for concurrent use.
func (ty *Typer) SizeType(size uint64, pointers int) graph.TypeID { return 0 }

// Header says that the object was allocated with this run-time type (malloc
// header or a large span's type): one value of it, or as many as fit.
func (ty *Typer) Header(n graph.NodeID, typeAddr uint64) {}

// Hint says that a pointer to the start of n was seen whose preceding word is w.
// If w is a type or itab address then the two words are probably an interface.
// Cheap if it is not.
func (ty *Typer) Hint(n graph.NodeID, w uint64) {}

// Closure says that the first word of n is w. If w is the entry of a function
// then n is probably its function value. Cheap if it is not.
func (ty *Typer) Closure(n graph.NodeID, w uint64) {}

// Variable says that a word of a variable of type t points to n. Not safe for
// concurrent use. A nil t is ignored.
func (ty *Typer) Variable(n graph.NodeID, t *Type, word uint64, interior bool) {}

// Object says that n is known to hold a value of type t (a goroutine's
// structure, say). Not safe for concurrent use.
func (ty *Typer) Object(n graph.NodeID, t *Type, src graph.TypeSource) {}

// Run finds types until nothing new is found, and sets type, source and
// internal flag of every node of the builder. Rows must have been built.
func (ty *Typer) Run(ctx context.Context, workers int) error { return nil }

// TypeOf returns the type behind an id of the graph's type table; nil for
// types named by size.
func (ty *Typer) TypeOf(id graph.TypeID) *Type { return nil }

// RefName names reference i of Row(n), as graph.Detailer.RefName has it.
func (ty *Typer) RefName(n graph.NodeID, i int, values bool) string { return "" }

// Fields lists what object n holds, as graph.Detailer.Fields has it.
func (ty *Typer) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) { return nil, 0 }

// Describe is a short line about n beyond its type, as graph.Detailer.Describe
// has it.
func (ty *Typer) Describe(n graph.NodeID, values bool) string { return "" }
