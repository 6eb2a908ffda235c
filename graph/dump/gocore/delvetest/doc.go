// Package delvetest checks the types that gocore gives the objects of a core
// against Delve, an independent reader of the same core. It is a module of its
// own, so that programs which use refgraph do not download a debugger.
//
// [Open] a core in Delve. [Delve.Walk] begins with the package variables and the
// live local variables and goes on from every pointer, slice, string, map,
// channel, interface and closure; for each it makes a [Claim]: what lies at an
// address of the heap. A [Judge] compares a claim with the type of the object
// there. The types it knows objects by are the names that people see; how the
// types of these names are laid out it asks Delve's DWARF, not gotype.
//
// Nothing is claimed of what Delve cannot follow: unsafe.Pointer, uintptr, and
// what they hold in sync.Map, sync.Pool and atomic.Pointer.
//
// A core of one's own is checked, and the figures printed, with
//
//	go test -run TestCore -core $PWD/core.1234 -exe $PWD/server
package delvetest
