package gotype

// Register is a variable of a frame, or a part of one, that is in a register.
type Register struct {
	Number uint64 // as DWARF counts; see x/debug's regnum
	Name   string // of the variable, or the path to the part: "list.head"
	Type   *Type  // of the variable or the part
}

// Registers returns the variables with pointers that are in registers when a
// thread is at pc, those of inner scopes last.
func (e *Exe) Registers(pc uint64) []Register { return e.variables(pc).registers }
