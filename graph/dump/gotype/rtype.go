package gotype

import (
	"encoding/binary"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/refgraph/refgraph/graph/lang"
)

// The layout of internal/abi.Type, Go 1.24 to 1.26, 64-bit. Go 1.26 moved the
// direct-interface bit from Kind_ to TFlag.
const (
	typSize     = 0
	typPtrBytes = 8
	typTFlag    = 20
	typAlign    = 21
	typKind     = 23
	typStr      = 40
	typBytes    = 48 // size of abi.Type

	tflagUncommon  = 1 << 0
	tflagExtraStar = 1 << 1
	tflagNamed     = 1 << 2
	kindMask       = 1<<5 - 1
)

// extra is the size of what follows abi.Type for each kind, before the
// abi.UncommonType.
func extra(k reflect.Kind) uint64 {
	switch k {
	case reflect.Pointer, reflect.Slice, reflect.Func:
		return 8
	case reflect.Chan:
		return 16
	case reflect.Array:
		return 24
	case reflect.Interface, reflect.Struct:
		return 32
	case reflect.Map:
		return 64 // key, elem, group, hasher, group size, slot size, elem offset, flags
	}
	return 0
}

// IsType reports whether the address can be of a run-time type: a range check,
// for hot loops.
func (e *Exe) IsType(addr uint64) bool { return addr&7 == 0 && e.mod.types.Contains(addr-e.bias) }

// TypeAt returns the type whose run-time data is at the address, or nil.
func (e *Exe) TypeAt(addr uint64) *Type {
	if addr == 0 || addr&7 != 0 {
		return nil
	}
	c := &e.types
	c.mu.RLock()
	t, known := c.byAddr[addr]
	c.mu.RUnlock()
	if known {
		return t
	}
	t = e.readType(addr, 0)
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, known := c.byAddr[addr]; known {
		return other
	}
	if len(c.byAddr) >= maxTypes {
		return nil
	}
	if t != nil {
		c.addLocked(t)
	}
	c.byAddr[addr] = t
	return t
}

// mem returns n bytes of the process as far as they are known: the initial
// contents of read-only and relocated data, else the process' own memory.
func (e *Exe) mem(addr uint64, n int) []byte {
	if b := e.img.bytes(addr-e.bias, n); b != nil {
		return b
	}
	if e.memory != nil {
		if b := e.memory(addr, n); len(b) >= n {
			return b[:n]
		}
	}
	return nil
}

// pointer reads a pointer of run-time type data. In the executable's own data
// it is relative to the file.
func (e *Exe) pointer(addr uint64) uint64 {
	if w, ok := e.img.word(addr - e.bias); ok {
		if w == 0 {
			return 0
		}
		return w + e.bias
	}
	return e.word(addr)
}

func (e *Exe) word(addr uint64) uint64 {
	b := e.mem(addr, 8)
	if b == nil {
		return 0
	}
	return leWord(b)
}

func leWord(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// maxNameDepth bounds the nesting of unnamed types in full names, which are
// read again for each type they occur in; deeper ones have short names.
const maxNameDepth = 8

// readType reads and checks what is common to all types. The rest is read when
// it is asked for.
func (e *Exe) readType(addr uint64, depth int) *Type {
	b := e.mem(addr, typBytes)
	if b == nil {
		return nil
	}
	t := &Type{
		Addr: addr, exe: e,
		Size:     binary.LittleEndian.Uint64(b[typSize:]),
		PtrBytes: binary.LittleEndian.Uint64(b[typPtrBytes:]),
		Kind:     reflect.Kind(b[typKind] & kindMask),
		load:     loadRuntimeType,
	}
	flags := b[typTFlag]
	okAlign := func(a byte) bool { return a == 1 || a == 2 || a == 4 || a == 8 || a == 16 || a == 64 }
	if t.Kind == 0 || t.Kind > reflect.UnsafePointer || flags >= 1<<6 || b[typKind] >= 1<<6 || t.PtrBytes > t.Size ||
		t.Size > 1<<47 || t.PtrBytes&7 != 0 || !okAlign(b[typAlign]) || !okAlign(b[typAlign+1]) || !okSize(t.Kind, t.Size) {
		return nil
	}
	name := e.nameOff(addr, int32(binary.LittleEndian.Uint32(b[typStr:])))
	if flags&tflagExtraStar != 0 {
		name = strings.TrimPrefix(name, "*")
	}
	if name == "" {
		return nil
	}
	t.Name = lang.GoName(name)
	e.nameType(t, name, flags, depth)
	return t
}

// okSize checks the size of the kinds that have a fixed one.
func okSize(k reflect.Kind, size uint64) bool {
	switch k {
	case reflect.Bool, reflect.Int8, reflect.Uint8:
		return size == 1
	case reflect.Int16, reflect.Uint16:
		return size == 2
	case reflect.Int32, reflect.Uint32, reflect.Float32:
		return size == 4
	case reflect.Array, reflect.Struct:
		return true
	case reflect.String, reflect.Interface, reflect.Complex128:
		return size == 16
	case reflect.Slice:
		return size == 24
	}
	return size == 8
}

// nameType sets the full name: that of run-time data has package names only,
// the import path is in the uncommon type.
func (e *Exe) nameType(t *Type, name string, flags byte, depth int) {
	t.FullName = name
	if flags&tflagUncommon != 0 {
		if b := e.mem(t.Addr+typBytes+extra(t.Kind), 4); b != nil {
			t.PkgPath = e.nameOff(t.Addr, int32(binary.LittleEndian.Uint32(b)))
		}
	}
	if flags&tflagNamed != 0 {
		head, args, generic := strings.Cut(name, "[")
		if dot := strings.LastIndexByte(head, '.'); dot >= 0 && t.PkgPath != "" {
			t.FullName = t.PkgPath + head[dot:]
			if generic {
				t.FullName += "[" + args
			}
		}
		return
	}
	if depth > maxNameDepth {
		return
	}
	at := t.Addr + typBytes
	switch t.Kind {
	case reflect.Pointer:
		t.FullName = "*" + e.fullNameAt(e.pointer(at), strings.TrimPrefix(name, "*"), depth)
	case reflect.Slice:
		t.FullName = "[]" + e.fullNameAt(e.pointer(at), strings.TrimPrefix(name, "[]"), depth)
	case reflect.Map:
		t.FullName = "map[" + e.fullNameAt(e.pointer(at), "?", depth) + "]" + e.fullNameAt(e.pointer(at+8), "?", depth)
	case reflect.Array, reflect.Chan:
		if elem := e.readType(e.pointer(at), depth+1); elem != nil {
			if short, ok := strings.CutSuffix(t.Name, elem.Name); ok && len(elem.FullName) <= maxName {
				t.FullName = short + elem.FullName
			}
		}
	}
	if name == madeByReflect {
		t.Name = lang.GoName(t.FullName)
	}
}

func (e *Exe) fullNameAt(addr uint64, otherwise string, depth int) string {
	e.types.mu.RLock()
	t := e.types.byAddr[addr]
	e.types.mu.RUnlock()
	if t == nil {
		t = e.readType(addr, depth+1)
	}
	if t == nil || len(t.FullName) > maxName {
		return otherwise
	}
	return t.FullName
}

// nameOff reads an abi.Name by its offset from the types of its module. Types
// made at run time have offsets into a table of the process; they go unnamed.
func (e *Exe) nameOff(typ uint64, off int32) string {
	types := e.typesAround(typ)
	if off <= 0 || types.Hi == 0 {
		if off < 0 || e.memory != nil && types.Hi == 0 {
			return madeByReflect
		}
		return ""
	}
	addr := types.Lo + uint64(off)
	if !types.Contains(addr) {
		return ""
	}
	s, _ := e.readName(addr)
	return s
}

// typesAround is the types of the module that has a type, as the process has
// them; empty if it is made at run time.
func (e *Exe) typesAround(typ uint64) Range {
	if e.mod.types.Contains(typ - e.bias) {
		return e.mod.types.shift(e.bias)
	}
	for _, r := range e.others {
		if r.Contains(typ) {
			return r
		}
	}
	return Range{}
}

const madeByReflect = "type made by reflect"

// maxName bounds a name; struct types that are not named have long ones.
const maxName = 1 << 16

// readName reads an abi.Name: flags, varint length, text.
func (e *Exe) readName(addr uint64) (name string, embedded bool) {
	head := e.mem(addr, 4)
	if head == nil || head[0] >= 1<<4 {
		return "", false
	}
	n, used := binary.Uvarint(head[1:4])
	if used <= 0 || n > maxName {
		return "", false
	}
	text := e.mem(addr+1+uint64(used), int(n))
	if text == nil || !utf8.Valid(text) {
		return "", false
	}
	return string(text), head[0]&(1<<3) != 0
}

// loadRuntimeType reads what is particular to the kind.
func loadRuntimeType(t *Type) {
	e, at := t.exe, t.Addr+typBytes
	switch t.Kind {
	case reflect.Pointer, reflect.Slice, reflect.Chan:
		t.elem = e.TypeAt(e.pointer(at))
	case reflect.Array:
		t.elem, t.length = e.TypeAt(e.pointer(at)), e.word(at+16)
		if t.elem == nil || t.elem.Size > 0 && t.length > t.Size/t.elem.Size {
			t.length, t.elem = 0, nil
		}
	case reflect.Interface:
		t.length = e.word(at + 16) // methods
	case reflect.Map:
		t.key, t.elem = e.TypeAt(e.pointer(at)), e.TypeAt(e.pointer(at+8))
		t.swiss = e.readMapLayout(t, at)
	case reflect.Struct:
		e.loadFields(t, e.pointer(at+8), e.word(at+16))
	}
}

// loadFields reads abi.StructField: name, type, offset.
func (e *Exe) loadFields(t *Type, addr, n uint64) {
	if n > 1<<16 {
		return
	}
	for i := range n {
		p := addr + i*24
		if e.mem(p, 24) == nil {
			return
		}
		ft := e.TypeAt(e.pointer(p + 8))
		off := e.word(p + 16)
		if ft == nil || off > t.Size || ft.Size > t.Size-off {
			return
		}
		name, embedded := e.readName(e.pointer(p))
		t.fields = append(t.fields, Field{name, ft, off, embedded})
	}
}

// AddItab tells of an itab of the process and its concrete type. Not safe for
// concurrent use.
func (e *Exe) AddItab(itab, typ uint64) { e.types.itabs[itab] = e.TypeAt(typ) }

// ItabType returns the concrete type of an itab, or nil. Itabs of the
// executable (abi.ITab: interface type, concrete type, hash) are known without
// AddItab.
func (e *Exe) ItabType(itab uint64) *Type {
	c := &e.types
	c.mu.RLock()
	t, known := c.itabs[itab]
	c.mu.RUnlock()
	if known {
		return t
	}
	if itab == 0 || itab&7 != 0 || e.mem(itab, 24) == nil {
		return nil
	}
	inter := e.TypeAt(e.pointer(itab))
	if inter == nil || inter.Kind != reflect.Interface {
		return nil
	}
	return e.TypeAt(e.pointer(itab + 8))
}
