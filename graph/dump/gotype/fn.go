package gotype

// Func is a function of the executable.
type Func struct {
	Name  string // full name, as the runtime prints it: "main.worker", "net/http.(*conn).serve"
	Entry uint64
	End   uint64

	exe *Exe
	off uint32 // of the _func record in the pclntab's function table
}

// FuncAt returns the function that contains the pc.
func (e *Exe) FuncAt(pc uint64) (Func, bool) { return Func{}, false }

// Package is the import path of the function's package.
func (f Func) Package() string { return "" }

// FrameSize is the distance from the sp to the frame's return address slot
// (amd64) or to the caller's sp (arm64) at pc, from the pcsp table; false if it
// is not known there.
func (f Func) FrameSize(pc uint64) (int64, bool) { return 0, false }

// PCData returns the value of a PCDATA table at pc (abi.PCDATA_…); -1 if there
// is none.
func (f Func) PCData(table int, pc uint64) int32 { return -1 }

// FuncData returns the address of a FUNCDATA table (abi.FUNCDATA_…); 0 if there
// is none.
func (f Func) FuncData(i int) uint64 { return 0 }

// ArgsSize, ID and Flag are the fields of the runtime's _func.
func (f Func) ArgsSize() int32 { return 0 }
func (f Func) ID() uint8       { return 0 }
func (f Func) Flag() uint8     { return 0 }

// Closure returns the type of the function value of the function that starts at
// entry: its pc and its captured variables. nil if the function is not known.
func (e *Exe) Closure(entry uint64) *Type { return nil }
