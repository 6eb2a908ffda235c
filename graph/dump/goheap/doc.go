// Package goheap reads the heap dumps that runtime/debug.WriteHeapDump writes.
//
// The format is described at https://golang.org/s/go15heapdump and, for what
// changed since ("go1.7 heap dump"), by its writer, $GOROOT/src/runtime/heapdump.go.
// A dump is one sequence of records: parameters, itabs and their types, all
// objects with their contents and where their pointers are, goroutines with
// their frames, data and bss segments, finalizers, statistics and the memory
// profile. Objects have no types; those come from the executable, by package
// gotype.
//
// [Read] goes through these steps:
//
//  1. The records before the objects, in order ([records]).
//  2. The objects' headers, on all cores ([scanner]): the dump is cut into
//     pieces, each piece is parsed from where a record seems to start, and the
//     guess is accepted if the piece before it ends exactly there. Objects are
//     kept as [batch]es of up to 64 neighbours, not one by one.
//  3. The records after the objects.
//  4. Slots that the runtime writes but that hold no object are dropped
//     ([layout]), batches are sorted, and objects get their NodeIDs.
//  5. The pointers of all objects, on all cores, batch by batch ([rows]).
//  6. The roots ([roots], [stack]), and the types ([gotype.Typer]).
//
// [ReadSites] reads the memory profile of a dump instead.
//
// Not in a dump, and so not read: cleanups, weak handles and the data of
// plugins. Which variables of a frame have their address taken is not in it
// either; what pointers into the stack lead to is followed instead. Dumps of
// 32-bit and of big-endian programs are refused.
package goheap
