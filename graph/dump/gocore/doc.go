// Package gocore reads ELF core files of Go programs: the memory of a process
// as gcore, the kernel or GOTRACEBACK=crash left it.
//
// [Match] recognises a core, [Read] builds its graph:
//
//  1. The core's segments and notes become the address space, with the pages a
//     core leaves out taken from the executable, which is found by --exe, by the
//     path in the core, or beside it, and checked by its build id.
//  2. The layout of the runtime's structures comes from the executable's DWARF,
//     or for stripped programs from a table for each Go version.
//  3. The spans of runtime.mheap_ and their allocation bits say which slots are
//     allocated: those are the nodes.
//  4. Rows follow the pointer bits of each object as the collector has them: the
//     bitmap at the end of a span, the type in a malloc header tiled over the
//     slot, or the type of a large span. Only spans with pointers are read, so
//     the cost follows the data, not the size of the file.
//  5. Roots are the global variables of all modules, the stacks of goroutines by
//     the stack maps and stack objects of each frame, deferred calls, the
//     finalizer and cleanup queues, and the special records of objects.
//     Registers, and frames that were stopped where no stack map holds, are taken
//     conservatively.
//  6. Package gotype propagates the types.
//
// A core that was cut short lacks what the runtime wrote down first, as its
// memory lies behind the heap in the file. As long as the list of spans is there,
// the objects of the spans that are known are read, and what nothing known holds
// gets a root of its own; else the error says so.
//
// The memory is described in $GOROOT/src/runtime: mheap.go, mbitmap.go,
// mgcmark.go, traceback.go and symtab.go. Go 1.24 to 1.26 on linux/amd64 and
// linux/arm64 are read.
//
// Not read: allocation sites (the memory profile's records), the stacks of
// threads that run C code or the scheduler, variables and inferred types of
// plugins (they have the types of headers and interfaces), and cores without their
// executable.
package gocore
