// Package graph is the model every reader fills and every analysis reads: the
// objects of one heap dump, the references between them, and the GC roots.
//
// A [Graph] holds columns, not structs: an object is a [NodeID], dense from 0,
// and each property is one array indexed by it. Nothing on a hot path is a Go
// pointer, a map or an interface, so that 100 million objects fit in memory and
// the garbage collector has nothing to scan. What is only needed to show an
// object (field names, map keys, string contents) is not stored: the graph
// keeps the position of the object's record in the dump and asks the reader,
// through [Detailer], to read that record again.
//
// A reader goes through these steps, each once and in this order:
//
//  1. [NewBuilder] with the dump's [Info].
//  2. [Builder.SetAddresses] with an [AddressIndex] of all objects (formats
//     with addresses; NodeIDs are in address order), or [Builder.SetCount]
//     (formats that number their objects).
//  3. [Builder.SetNode] for every object, in any order, also concurrently.
//  4. [Builder.BuildRows] with a function that writes the references of a range
//     of nodes; it is called for many ranges on all cores.
//  5. [Builder.AddRoot] and [Builder.Warn] at any time.
//  6. [Builder.Build].
//
// Budget: at most 24 bytes an object and 5 bytes a reference for the forward
// graph without labels; slot labels add 2 bytes a reference, name labels 4.
package graph
