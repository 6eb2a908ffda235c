// Package python takes heap dumps of live CPython processes, 3.8 and later, on
// Linux on amd64, without harm to them.
//
// The process gets a mapping with a few hundred bytes of machine code, which its
// main thread runs at a safe point: as a pending call of the interpreter, or, where
// it waits in a system call, right there, with the interpreter's lock taken. The
// code forks. Everything else happens in the child, which refgraph traces, and
// which the kernel kills when refgraph ends: Python code that writes the heap, piece
// by piece, through memory that refgraph reads. So the process itself runs no Python
// of ours, opens nothing, imports nothing and prints nothing, and pauses for the
// fork only. The child is made without a signal at its end, and is taken off the
// process's list of children when it is done.
//
// A process that may not fork (a seccomp filter) runs the Python code itself, which
// takes longer. That code's memory is kept apart from the program's, so that all of it
// goes back to the kernel, and a tracemalloc that runs in the process sees none of it.
// Its other threads go on meanwhile, as far as the interpreter's lock lets them.
//
// refgraph may be killed after any of its steps: what runs in the process ends by
// itself and puts every register back, a system call that was interrupted is started
// again as the kernel would have done, and code that is called after refgraph's end
// finds by the processor's clock that it is late, does nothing and removes itself.
// Nothing of the process's is executed or opened: its libraries are read from its
// memory, since their files may be gone, out of reach or forged.
package python
