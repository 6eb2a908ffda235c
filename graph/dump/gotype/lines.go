package gotype

import (
	"encoding/binary"
	"path"
)

// Call is one function at a place in the code, as the source has it: of a
// function that was inlined there is one beside the one that it is in.
type Call struct {
	Func string // full name
	File string // without folders
	Line int
}

// Tables of a function; numbers as in $GOROOT/src/internal/abi/symtab.go.
const (
	pcdataInlineIndex  = 2
	funcdataInlineTree = 3
	inlinedCallSize    = 16 // of runtime.inlinedCall: name at 4, pc of the call at 8
	maxInlined         = 100
)

// CallsAt returns the functions at pc, the innermost first; nil if no function is
// there. Of a return address it is asked for the address before.
func (e *Exe) CallsAt(pc uint64) []Call {
	f, ok := e.FuncAt(pc)
	if !ok {
		return nil
	}
	var list []Call
	tree := f.FuncData(funcdataInlineTree)
	for range maxInlined {
		i := f.PCData(pcdataInlineIndex, pc)
		if i < 0 || tree == 0 {
			break
		}
		b := e.img.bytes(tree-e.bias+uint64(i)*inlinedCallSize, inlinedCallSize)
		if b == nil {
			break
		}
		file, line := f.line(pc)
		list = append(list, Call{PrintName(cstring(e.funcs.names, uint64(binary.LittleEndian.Uint32(b[4:])))), file, line})
		pc = f.Entry + uint64(binary.LittleEndian.Uint32(b[8:]))
	}
	file, line := f.line(pc)
	return append(list, Call{f.Name, file, line})
}

// line returns the source position of pc; "" and 0 if it is not known.
func (f Func) line(pc uint64) (file string, line int) {
	number, ok := f.pcValue(f.u32(fnPCFile), pc)
	at := 4 * (uint64(f.u32(fnCU)) + uint64(uint32(number)))
	t := &f.exe.funcs
	if !ok || number < 0 || at+4 > uint64(len(t.cutab)) {
		return "", 0
	}
	off := binary.LittleEndian.Uint32(t.cutab[at:])
	if uint64(off) >= uint64(len(t.files)) {
		return "", 0
	}
	n, ok := f.pcValue(f.u32(fnPCLine), pc)
	if !ok || n < 0 {
		n = 0
	}
	return path.Base(cstring(t.files, uint64(off))), int(n)
}
