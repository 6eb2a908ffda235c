package gotype

// Global is a package-level variable.
type Global struct {
	Addr uint64
	Size uint64
	Name string // main.sessions, server.defaultOptions
	Type *Type  // nil without DWARF
	Rank uint8  // graph.RankUser, RankLibrary or RankRuntime
}

// Globals returns all variables, in address order. The slice must not be
// changed.
func (e *Exe) Globals() []Global { return nil }

// GlobalAt returns the variable that contains the address.
func (e *Exe) GlobalAt(addr uint64) (*Global, bool) { return nil, false }

// GlobalNamed returns the variable of this full name ("runtime.allgs").
func (e *Exe) GlobalNamed(name string) (*Global, bool) { return nil, false }

// Local is a variable of a frame that holds pointers, at one pc.
type Local struct {
	Name string // as in the source; captured variables and results too
	Type *Type
	// CFAOffset is where the variable is, in bytes from the frame's canonical
	// frame address (the caller's sp: on amd64 the address above the return
	// address, on arm64 the caller's sp).
	CFAOffset int64
	// Ref is set for a variable the compiler moved to the heap: the frame holds
	// a pointer to it, and Type is that pointer's type.
	Ref bool
}

// Locals returns the variables with pointers that are in memory of the frame
// when it is at pc, in order of CFAOffset. For a frame that is not the newest
// pass the return address minus one. Variables in registers are left out.
func (e *Exe) Locals(pc uint64) []Local { return nil }

// RankOf ranks a package by its import path, as roots are ranked: the main
// module's are RankUser, the runtime's RankRuntime.
func (e *Exe) RankOf(pkgPath string) uint8 { return 0 }
