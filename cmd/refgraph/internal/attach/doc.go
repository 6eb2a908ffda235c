// Package attach has a live CPython process run a statement, without a debugger.
//
// [Queue] asks for it at the interpreter's next safe point, [Run] runs it at
// once in a main thread that waits in a system call. Both stop the main thread
// only, for less than a millisecond plus what the statement takes, and put back
// every register of it, the floating-point state and an interrupted system call
// included. (gdb 13 fails at that on processors with AMX, and leaves the thread
// with half of its registers: the process dies of it.)
//
// It exists for Linux on amd64; elsewhere the functions return ErrUnsupported.
package attach

import "errors"

// ErrUnsupported is returned where processes cannot be attached to.
var ErrUnsupported = errors.New("cannot attach to processes on this system")

// ErrNoPython is returned for a process without the functions of CPython.
var ErrNoPython = errors.New("the process has no symbols of CPython")
