// Package gotype knows the types, variables and functions of a Go executable,
// and finds the types of heap objects with them. The readers of Go heap dumps
// and of Go cores share it.
//
//  1. [Open] the executable; [Exe.Rebase] it if the process had it loaded
//     elsewhere (position-independent executables).
//  2. Make a [Typer] when the builder knows its objects. While the reader
//     writes the rows it tells the typer what it sees: [Typer.Header],
//     [Typer.Hint], [Typer.HintInside], [Typer.Closure].
//  3. After the rows, [Typer.Variable] for each pointer in a global or local
//     variable ([Exe.GlobalAt], [Exe.Locals]) or in what the initialiser of a
//     variable points to ([Exe.Statics]).
//  4. [Typer.Run] propagates types along the references to a fixed point.
//  5. [Typer.RefName] and [Typer.Fields] are the pieces of a graph.Detailer.
//
// Types come from the run-time type data (abi.Type in .rodata), which every
// executable has, also a stripped one. DWARF adds the types that have no
// run-time data, the variables, and what closures capture; the two are matched
// by address (attribute DW_AT_go_runtime_type), never by name.
//
// The layouts are those of Go 1.24 to 1.26, 64-bit, little-endian, ELF. They
// are described in $GOROOT/src/internal/abi and $GOROOT/src/runtime/symtab.go.
// Not read: Mach-O and PE executables, the variables of plugins and shared libraries,
// the maps of GOEXPERIMENT=noswissmap, what the compiler's wrappers of go and
// defer statements capture.
//
// Slot labels: the rows of a graph built for a Typer have graph.SlotLabels. A
// label is the index of the pointer word within the holder, see [SlotLabel].
package gotype
