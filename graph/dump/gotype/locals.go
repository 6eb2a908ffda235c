package gotype

import (
	"cmp"
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"sync"

	"golang.org/x/debug/third_party/delve/dwarf/godwarf"
	"golang.org/x/debug/third_party/delve/dwarf/loclist"
	"golang.org/x/debug/third_party/delve/dwarf/op"
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
	// Name is as in the source; captured variables and results too. Of a
	// variable that is only partly in memory it is the path to that part
	// ("list.head"), and Type is the part's type.
	Name string
	Type *Type
	// CFAOffset is where the variable is, in bytes from the frame's canonical
	// frame address (the caller's sp: on amd64 the address above the return
	// address, on arm64 the caller's sp).
	CFAOffset int64
	// Ref is set for a variable the compiler moved to the heap: the frame holds
	// a pointer to it, and Type is that pointer's type.
	Ref bool
}

type localCache struct {
	mu sync.Mutex
	at map[uint64][]Local
}

// maxLocals bounds the cache, which hostile stacks could fill.
const maxLocals = 1 << 16

// Locals returns the variables with pointers that are in memory of the frame
// when it is at pc, in order of CFAOffset, outer scopes first. For a frame that
// is not the newest pass the return address minus one. For variables in registers
// see Registers.
func (e *Exe) Locals(pc uint64) []Local {
	c := &e.locals
	c.mu.Lock()
	list, ok := c.at[pc]
	c.mu.Unlock()
	if ok {
		return list
	}
	list = e.readLocals(pc)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at == nil || len(c.at) >= maxLocals {
		c.at = map[uint64][]Local{}
	}
	c.at[pc] = list
	return list
}

// PrepareLocals decompresses what Locals needs, which takes tens of milliseconds
// for a large executable and can be done beside other work.
func (e *Exe) PrepareLocals() {
	if e.dw != nil {
		e.dw.locations()
	}
}

// variables collects the variables that are in scope at pc.
func (e *Exe) variables(pc uint64) (s scope) {
	if u, d, ok := e.funcDIE(pc); ok {
		s = scope{e: e, u: u, pc: pc - e.bias}
		s.walk(&d, 0)
	}
	return s
}

func (e *Exe) readLocals(pc uint64) []Local {
	s := e.variables(pc)
	slices.SortStableFunc(s.out, func(a, b Local) int { return cmp.Compare(a.CFAOffset, b.CFAOffset) })
	return slices.Compact(s.out) // an inlined function's parameter is often its caller's variable
}

// scope collects the variables of a function that are in scope at pc (as in
// the file).
type scope struct {
	e   *Exe
	u   *unit
	pc  uint64
	out []Local

	registers []Register
}

// walk adds the variables of a scope, then those of the scopes in it.
func (s *scope) walk(d *entry, depth int) {
	dw := s.e.dw
	dw.children(s.u, d, func(c *entry) bool {
		if c.tag == tagVariable || c.tag == tagFormalParam {
			s.variable(c)
		}
		return true
	})
	if depth > 64 {
		return
	}
	dw.children(s.u, d, func(c *entry) bool {
		if (c.tag == tagLexicalBlock || c.tag == tagInlined) && dw.covers(s.u, c, s.pc) {
			s.walk(c, depth+1)
		}
		return true
	})
}

// variable adds a variable, once for each part of it that is in the frame.
func (s *scope) variable(d *entry) {
	dw, name, typ := s.e.dw, "", (*Type)(nil)
	for du, from, hops := s.u, d, 0; from != nil && hops < 4; hops++ {
		if name == "" {
			name = from.str(dw, du, atName)
		}
		if off, ok := from.ref(du, atType); ok && typ == nil {
			typ = s.e.typeOfDIE(off)
		}
		off, ok := from.ref(du, atAbstractOrigin)
		if !ok {
			break
		}
		if du = dw.unitOf(off); du == nil {
			break
		}
		origin, ok := dw.entry(du, off)
		if !ok {
			break
		}
		from = &origin
	}
	if typ == nil || typ.PtrBytes == 0 || name == "" || strings.HasPrefix(name, "~") || name == "_" {
		return
	}
	short, ref := strings.CutPrefix(name, "&")
	framed := false
	for _, p := range pieces(s.location(d, s.pc), typ.Size) {
		framed = framed || !p.inRegister
		s.piece(short, ref, typ, p)
	}
	if framed {
		return
	}
	// At a call a variable is still in the register it was passed in; that it
	// is spilled too is said from the return address on.
	for _, p := range pieces(s.location(d, s.pc+1), typ.Size) {
		if !p.inRegister {
			s.piece(short, ref, typ, p)
		}
	}
}

// piece adds a piece of a variable.
func (s *scope) piece(name string, ref bool, typ *Type, p piece) {
	if p.size < typ.Size {
		path := []byte(name)
		if typ = typ.wordType(p.off, &path); typ == nil || p.size < 8 {
			return
		}
		name = string(path)
	}
	if p.inRegister {
		s.registers = append(s.registers, Register{uint64(p.at), name, typ})
		return
	}
	s.out = append(s.out, Local{Name: name, Type: typ, CFAOffset: p.at, Ref: ref})
}

// location returns the location expression of a variable at a pc.
func (s *scope) location(d *entry, pc uint64) (expr []byte) {
	v, ok := d.find(atLocation)
	switch {
	case !ok:
		return nil
	case v.b != nil:
		return v.b
	}
	for _, e := range s.locations(v) {
		if pc >= e.LowPC && pc < e.HighPC {
			return e.Instr
		}
	}
	return nil
}

// locations reads a location list. The library panics on damaged data.
func (s *scope) locations(v value) (list []loclist.Entry) {
	defer func() {
		if recover() != nil {
			list = nil
		}
	}()
	dw := s.e.dw
	if s.u.version >= 5 {
		if v.form == formLoclistx || v.u >= uint64(len(dw.locations().loclists)) {
			return nil // Go writes offsets
		}
		addrs := godwarf.ParseAddr(dw.addr).GetSubsection(s.u.addrBase)
		list, _ = loclist.NewDwarf5Reader(dw.locations().loclists).Enumerate(int64(v.u), 0, addrs)
		return list
	}
	if v.u >= uint64(len(dw.locations().loc)) {
		return nil
	}
	rd := loclist.NewDwarf2Reader(dw.locations().loc, 8)
	rd.Seek(int(v.u))
	base := s.u.lowPC
	for e := (loclist.Entry{}); rd.Next(&e); {
		if e.BaseAddressSelection() {
			base = e.HighPC
			continue
		}
		e.LowPC, e.HighPC = e.LowPC+base, e.HighPC+base
		list = append(list, e)
	}
	return list
}

// piece is size bytes of a variable from off on that are in the frame or in a
// register.
type piece struct {
	off, size  uint64
	at         int64 // from the canonical frame address, or the register's number
	inRegister bool
}

// pieces evaluates a location expression and returns the parts of the variable
// that are at an address relative to the frame or in registers.
func pieces(expr []byte, size uint64) (out []piece) {
	defer func() {
		if recover() != nil {
			out = nil // the library does not check everything
		}
	}()
	if len(expr) == 0 {
		return nil
	}
	// Any base does: what is found relative to it is in the frame.
	const base, span = 1 << 46, 1 << 32
	regs := op.DwarfRegisters{CFA: base, FrameBase: base, ByteOrder: binary.LittleEndian}
	addr, parts, err := op.ExecuteStackProgram(regs, expr, 8, nil)
	inFrame := func(a int64) bool { return a > base-span && a < base+span }
	switch {
	case err != nil:
	case parts == nil && inFrame(addr):
		out = append(out, piece{off: 0, size: size, at: addr - base})
	}
	off := uint64(0)
	for _, p := range parts {
		n := uint64(max(p.Size, 0))
		if len(parts) == 1 && n == 0 {
			n = size // a register that is not said to be a part
		}
		switch {
		case p.Kind == op.AddrPiece && n > 0 && inFrame(int64(p.Val)):
			out = append(out, piece{off: off, size: n, at: int64(p.Val) - base})
		case p.Kind == op.RegPiece && n <= 8:
			out = append(out, piece{off: off, size: n, at: int64(p.Val), inRegister: true})
		}
		off += n
	}
	return out
}

// wordType is the type of the pointer word at an offset of t, as a type of its
// own: a *T, or the first word of a string or slice. nil if there is no
// pointer. The way there is added to path.
func (t *Type) wordType(off uint64, path *[]byte) *Type {
	for range 64 {
		next, in, slot := t.step(off, path)
		if next != nil {
			t, off = next, in
			continue
		}
		switch {
		case slot.Kind == SlotNone || slot.Kind == SlotTyp:
			return nil
		case off == 0 && t.Part == PartNone && t.Size == 8:
			return t
		case off == 0 && (t.Kind == reflect.String || t.Kind == reflect.Slice):
			return t.exe.part(partKey{part: PartWord, base: t}, func() *Type {
				return &Type{Name: t.Name, FullName: t.FullName, Kind: t.Kind, Size: 8, PtrBytes: 8, elem: t.Elem()}
			})
		}
		return t.exe.pointerWord(slot.Kind)
	}
	return nil
}

// pointerWord is the data word of an interface, or a pointer of which nothing
// more is known.
func (e *Exe) pointerWord(k SlotKind) *Type {
	kind, name := reflect.UnsafePointer, "unsafe.Pointer"
	if k == SlotEface || k == SlotIface {
		kind, name = reflect.Interface, "interface"
	}
	return e.part(partKey{part: PartWord, pc: uint64(kind)}, func() *Type {
		return &Type{Name: name, FullName: name, Kind: kind, Size: 8, PtrBytes: 8}
	})
}
