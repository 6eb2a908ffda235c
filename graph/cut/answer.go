package cut

import "github.com/refgraph/refgraph/graph"

// Answer is the places that must let go so that the targets become garbage.
type Answer struct {
	// Places are to be cut, the one that keeps the most targets alive first.
	// Empty if nothing holds the targets for good.
	Places []Place
	// Rest are places that belong to the set as well, but are left alone: few
	// targets stay alive for that.
	Rest  []Place
	Alive int // targets that roots hold for good, not by pools

	// What cutting Places frees, counted by a search of the whole heap.
	FreesObjects int
	FreesBytes   uint64
	FreesTargets int
	Stays        int // targets that Rest keeps alive

	Verified  bool // the search without Places and Rest reached no target
	LeastCost bool // no set of places of less cost frees the targets
	Many      bool // there is no small set: these are some of Held places
	Held      int  // places of the whole set
	Merged    bool // too large for the exact search: the merged graph's cut
}

// Kind is what kind of place one is.
type Kind uint8

// The kinds of places.
const (
	Field    Kind = iota // a field or the entries of a collection
	Variable             // a root: a global or local variable
	Threads              // goroutines or threads, which must end
)

func (k Kind) String() string { return [...]string{"field", "variable", "threads"}[k] }

// Place is one place of the program: what one edit removes.
type Place struct {
	Kind      Kind
	Name      string      // the place as people write it: "main.Hub.open[…]", and as WhatIf takes it
	Holder    string      // what holds, by a name of its own: "main.Hub", "module app", "goroutines main.worker"
	Reference string      // how it refers: ".open[…]"; "" for a whole variable, and for threads
	Root      *graph.Root // of variables and threads: the first one
	Threads   int         // how many goroutines or threads
	Above     []string    // places that hold the holders, where those are many

	References   int    // how many lead to targets
	Reaches      int    // targets that what it holds leads to
	Sole         int    // targets that are freed if only this is cut
	AloneFrees   uint64 // bytes that are freed then
	Returns      int    // targets that stay alive if all but this is cut; 0 if not counted, of one of very many in Rest
	Conservative bool   // most of the references only look like pointers

	ids []placeID
}
