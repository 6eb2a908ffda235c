package gotype

import (
	"encoding/binary"
	"reflect"
	"strings"

	"github.com/refgraph/refgraph/graph/lang"
)

// funcTable is the runtime's function table (.gopclntab), Go 1.20 and later:
// sorted pairs of entry offset and record offset. Addresses as in the file.
type funcTable struct {
	ftab    []byte // 8 bytes a function: entry - text, position in records
	records []byte // runtime._func and what it refers to
	names   []byte
	cutab   []byte // 4 bytes a file of each compilation unit: position in files
	files   []byte
	pctab   []byte
	quantum uint64
}

// open finds the tables.
func (f *funcTable) open(e *Exe) error {
	m := &e.mod
	part := func(r Range) []byte { return e.img.bytes(r.Lo, int(r.Hi-r.Lo)) }
	f.ftab, f.records, f.names, f.pctab = part(m.functab), part(m.pclntable), part(m.funcnames), part(m.pctab)
	f.cutab, f.files = part(m.cutab), part(m.filetab) // without them there are no lines
	if len(f.ftab) < 16 || f.records == nil || f.names == nil || f.pctab == nil {
		return e.errorf(0, "the function table is damaged")
	}
	f.quantum = 1
	if e.Arch == "arm64" {
		f.quantum = 4
	}
	return nil
}

// Func is a function of the executable.
type Func struct {
	Name  string // full name, as the runtime prints it: "main.worker", "net/http.(*conn).serve"
	Entry uint64
	End   uint64

	exe      *Exe
	record   []byte // from the runtime._func on
	linkName string // with type arguments
}

// The layout of runtime._func.
const (
	fnName      = 4
	fnArgs      = 8
	fnDefer     = 12
	fnPCSP      = 16
	fnPCFile    = 20
	fnPCLine    = 24
	fnNPCData   = 28
	fnCU        = 32
	fnID        = 40
	fnFlag      = 41
	fnNFuncData = 43
	fnBytes     = 44
)

// FuncAt returns the function that contains the pc. It costs a binary search.
func (e *Exe) FuncAt(pc uint64) (Func, bool) {
	if !e.mod.text.Contains(pc - e.bias) {
		return Func{}, false
	}
	t, off := &e.funcs, pc-e.bias-e.mod.text.Lo
	entry := func(i int) uint64 { return uint64(binary.LittleEndian.Uint32(t.ftab[i*8:])) }
	lo, hi := 0, len(t.ftab)/8-1 // the last one only ends the table
	for lo < hi {
		if mid := (lo + hi) / 2; entry(mid) <= off {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 || off >= entry(lo) {
		return Func{}, false
	}
	at := uint64(binary.LittleEndian.Uint32(t.ftab[(lo-1)*8+4:]))
	if at+fnBytes > uint64(len(t.records)) {
		return Func{}, false
	}
	f := Func{exe: e, record: t.records[at:], Entry: e.mod.text.Lo + entry(lo-1) + e.bias, End: e.mod.text.Lo + entry(lo) + e.bias}
	f.linkName = cstring(t.names, uint64(f.u32(fnName)))
	f.Name = PrintName(f.linkName)
	return f, f.Name != ""
}

// PrintName replaces the type arguments in a function's name by "...", as the
// runtime does: they are shapes of types mostly.
func PrintName(s string) string {
	i, j := strings.IndexByte(s, '['), strings.LastIndexByte(s, ']')
	if i < 0 || j < i {
		return s
	}
	return s[:i] + "[...]" + s[j+1:]
}

func (f Func) u32(off int) uint32 { return binary.LittleEndian.Uint32(f.record[off:]) }

// Package is the import path of the function's package.
func (f Func) Package() string { return packageOf(f.Name) }

// Short is the name with package names instead of import paths.
func (f Func) Short() string { return lang.GoName(f.Name) }

// ArgsSize is the size of the arguments on the stack; negative if unknown.
func (f Func) ArgsSize() int32 { return int32(f.u32(fnArgs)) }

// DeferReturn is the address of the call to deferreturn; 0 if there is none.
func (f Func) DeferReturn() uint64 {
	if d := f.u32(fnDefer); d != 0 {
		return f.Entry + uint64(d)
	}
	return 0
}

// ID is the abi.FuncID. Its numbers differ between Go versions.
func (f Func) ID() uint8 { return f.record[fnID] }

// Flag is the abi.FuncFlag.
func (f Func) Flag() uint8 { return f.record[fnFlag] }

// FrameSize is the value of the pcsp table at pc: how far the function has
// moved the stack pointer since its entry. On amd64 the return address is
// there, on arm64 the caller's sp. False if it is not known.
func (f Func) FrameSize(pc uint64) (int64, bool) {
	v, ok := f.pcValue(f.u32(fnPCSP), pc)
	return int64(v), ok
}

// PCData returns the value of a PCDATA table at pc (abi.PCDATA_…); -1 if there
// is none.
func (f Func) PCData(table int, pc uint64) int32 {
	if table < 0 || uint32(table) >= f.u32(fnNPCData) || fnBytes+table*4+4 > len(f.record) {
		return -1
	}
	v, ok := f.pcValue(f.u32(fnBytes+table*4), pc)
	if !ok {
		return -1
	}
	return v
}

// FuncData returns the address of a FUNCDATA table (abi.FUNCDATA_…); 0 if there
// is none.
func (f Func) FuncData(i int) uint64 {
	npc := uint64(f.u32(fnNPCData))
	at := fnBytes + npc*4 + uint64(i)*4
	if i < 0 || i >= int(f.record[fnNFuncData]) || at+4 > uint64(len(f.record)) {
		return 0
	}
	off := f.u32(int(at))
	if off == ^uint32(0) {
		return 0
	}
	return f.exe.mod.gofunc + uint64(off) + f.exe.bias
}

// pcValue decodes a table of (value delta, pc delta) pairs, runtime.step.
func (f Func) pcValue(off uint32, pc uint64) (int32, bool) {
	t := &f.exe.funcs
	if off == 0 || uint64(off) >= uint64(len(t.pctab)) || pc < f.Entry {
		return -1, false
	}
	c := cursor{b: t.pctab, p: int(off)}
	at, v := f.Entry, int32(-1)
	for first := true; ; first = false {
		delta := uint32(c.uleb())
		if delta == 0 && !first || c.bad {
			return -1, false
		}
		v += int32(delta>>1) ^ -int32(delta&1)
		at += c.uleb() * t.quantum
		if c.bad {
			return -1, false
		}
		if pc < at {
			return v, true
		}
	}
}

// Closure returns the type of the function value of the function that starts at
// entry: its pc and its captured variables. nil if no function starts there.
func (e *Exe) Closure(entry uint64) *Type {
	c := &e.types
	key := partKey{part: PartClosure, pc: entry}
	c.mu.RLock()
	t := c.parts[key]
	c.mu.RUnlock()
	if t != nil {
		return t
	}
	f, ok := e.FuncAt(entry)
	if !ok || f.Entry != entry {
		return nil
	}
	return e.part(key, func() *Type { return e.closureType(f) })
}

// closureType reads the captured variables: DW_AT_go_closure_offset. There can
// be more than DWARF has: those that are not used, and the type arguments of a
// generic function. So the size is what is known, at least the pc's.
func (e *Exe) closureType(f Func) *Type {
	t := &Type{Name: "func " + f.Short(), FullName: "func " + f.Name, PkgPath: f.Package(), Kind: reflect.Func, Size: 8}
	u, d, ok := e.funcDIE(f.Entry)
	if !ok {
		return t
	}
	e.dw.children(u, &d, func(v *entry) bool {
		off, captured := v.uint(atGoClosure)
		ref, ok := v.ref(u, atType)
		if v.tag != tagVariable || !captured || !ok || off > 1<<16 {
			return true
		}
		if vt := e.typeOfDIE(ref); vt != nil {
			t.fields = append(t.fields, Field{Name: v.str(e.dw, u, atName), Type: vt, Offset: off})
		}
		return true
	})
	if _, made := d.find(atTrampoline); made && len(t.fields) == 0 {
		t.fields = e.wrapperFields(f.linkName)
	}
	t.sealClosure()
	return t
}

// wrapperFields returns what the compiler's own functions capture, which DWARF
// does not say: a method value has its receiver. nil if it is not known.
func (e *Exe) wrapperFields(name string) []Field {
	method, ok := strings.CutSuffix(name, "-fm")
	dot := strings.LastIndexByte(method, '.')
	if !ok || dot < 0 {
		return nil
	}
	recv := method[:dot]
	if slash := strings.LastIndexByte(recv, '/') + 1; strings.Contains(recv[slash:], ".(*") {
		at := slash + strings.Index(recv[slash:], ".(*")
		recv = "*" + recv[:at+1] + strings.TrimSuffix(recv[at+3:], ")")
	}
	if t := e.NamedType(recv); t != nil {
		return []Field{{Name: "receiver", Type: t, Offset: 8}}
	}
	return nil
}

// sealClosure sorts the captured variables and sets the sizes.
func (t *Type) sealClosure() {
	sortFields(t.fields)
	for _, f := range t.fields {
		t.Size = max(t.Size, f.Offset+f.Type.Size)
		if f.Type.PtrBytes > 0 {
			t.PtrBytes = max(t.PtrBytes, f.Offset+f.Type.PtrBytes)
		}
	}
	t.Size = (t.Size + 7) &^ 7
}
