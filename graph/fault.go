package graph

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// FaultError is memory that could not be read: a file that is mapped into memory
// was cut while it was read, or its disk failed.
type FaultError struct{ Addr uintptr }

func (e *FaultError) Error() string {
	return fmt.Sprintf("what was mapped at 0x%x cannot be read any more", e.Addr)
}

// Guard calls do and returns its error. Where do reads mapped memory whose file
// has become shorter, which otherwise ends the process, Guard returns a
// *FaultError; it does so for its own goroutine only, so whoever starts one that
// reads mapped memory guards it ([Parallel] does). Other panics pass. It costs
// some nanoseconds.
func Guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface {
			runtime.Error
			Addr() uintptr
		}:
			err = &FaultError{fault.Addr()}
		default:
			panic(fault)
		}
	}()
	return do()
}
