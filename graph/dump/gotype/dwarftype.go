package gotype

import (
	"reflect"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph/lang"
)

// typeOfDIE returns the type of a DWARF entry: that of its run-time data if it
// has some, else one made from DWARF. nil if there is none.
func (e *Exe) typeOfDIE(off uint32) *Type { return (&dieReader{Exe: e}).typeOf(off) }

// dieReader reads one type from DWARF, with those it contains.
type dieReader struct {
	*Exe
	within []uint32 // the entries being read, from outside in
}

// maxNesting bounds how deep types contain each other.
const maxNesting = 64

func (e *dieReader) typeOf(off uint32) *Type {
	c := &e.types
	c.mu.RLock()
	t, known := c.byDIE[off]
	c.mu.RUnlock()
	if known || e.dw == nil || len(e.within) > maxNesting || slices.Contains(e.within, off) {
		return t
	}
	e.within = append(e.within, off)
	defer func() { e.within = e.within[:len(e.within)-1] }()
	u := e.dw.unitOf(off)
	if u == nil {
		return nil
	}
	d, ok := e.dw.entry(u, off)
	if !ok || !d.isType {
		return nil
	}
	if rt, ok := d.uint(atGoRuntimeType); ok && rt != 0 {
		t = e.TypeAt(e.mod.types.Lo + rt + e.bias)
	}
	fresh := t == nil
	if fresh {
		t = e.read(u, &d)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, known := c.byDIE[off]; known {
		return other
	}
	if t != nil && fresh && t.id == 0 {
		c.addLocked(t)
	}
	c.byDIE[off] = t
	return t
}

// read makes a type from its DWARF entry alone.
func (e *dieReader) read(u *unit, d *entry) *Type {
	full := d.str(e.dw, u, atName)
	full = strings.TrimPrefix(full, "noalg.") // as map groups are
	t := &Type{FullName: lang.GoUnescape(full), Name: lang.GoName(full), exe: e.Exe, die: d.off, load: loadDWARFType}
	t.Size, _ = d.uint(atByteSize)
	kind, isGo := d.uint(atGoKind)
	t.Kind = reflect.Kind(kind & kindMask)
	if under, ok := d.ref(u, atType); d.tag == tagTypedef && ok && (!isGo || !ownLayout(t.Kind)) {
		base := e.typeOf(under)
		if base == nil {
			return nil
		}
		if full == "" || base.FullName == t.FullName {
			return base
		}
		t.Kind, t.Size, t.PtrBytes = base.Kind, base.Size, base.PtrBytes
		t.load = func(t *Type) { t.copyFrom(base.resolve()) }
		t.PkgPath = packageOf(full)
		return t
	}
	switch {
	case full == "unsafe.Pointer":
		t.Kind = reflect.UnsafePointer
	case !isGo:
		t.Kind = cKind(d)
	}
	if strings.Contains(full, ".") && (t.Kind == reflect.Struct || d.tag == tagTypedef) {
		t.PkgPath = packageOf(full)
	}
	if !e.measure(t, u, d) {
		return nil
	}
	if full == "" {
		t.Name, t.FullName = "struct { … }", "struct { … }"
	}
	return t
}

// ownLayout reports whether a typedef's own attributes describe the type: its
// DW_AT_type is then the runtime's implementation.
func ownLayout(k reflect.Kind) bool {
	switch k {
	case reflect.Map, reflect.Chan, reflect.Interface, reflect.Func:
		return true
	}
	return false
}

func (t *Type) copyFrom(b *Type) {
	t.elem, t.key, t.length, t.fields, t.swiss = b.elem, b.key, b.length, b.fields, b.swiss
}

// cKind guesses a kind for entries without Go's attributes: C's types and the
// runtime's implementation structs.
func cKind(d *entry) reflect.Kind {
	switch d.tag {
	case tagPointerType:
		return reflect.Pointer
	case tagStructType:
		return reflect.Struct
	case tagArrayType:
		return reflect.Array
	}
	return reflect.Uint8 // opaque bytes
}

// measure sets size and pointer prefix; false for a type that makes no sense.
func (e *dieReader) measure(t *Type, u *unit, d *entry) bool {
	if t.Size > maxObjectBytes {
		return false
	}
	switch t.Kind {
	case reflect.Pointer, reflect.UnsafePointer, reflect.Map, reflect.Chan, reflect.Func:
		t.Size, t.PtrBytes = 8, 8
	case reflect.String, reflect.Slice, reflect.Interface:
		if t.Size = 16; t.Kind == reflect.Slice {
			t.Size = 24
		}
		if t.PtrBytes = 8; t.Kind == reflect.Interface {
			t.PtrBytes = 16
		}
	case reflect.Array:
		elem, n := e.array(u, d)
		if elem == nil || elem.Size > 0 && n > maxObjectBytes/elem.Size {
			return false
		}
		if t.Size = n * elem.Size; n > 0 && elem.PtrBytes > 0 {
			t.PtrBytes = (n-1)*elem.Size + elem.PtrBytes
		}
	case reflect.Struct:
		for _, f := range e.members(u, d) {
			if f.Offset > t.Size || f.Type.Size > t.Size-f.Offset {
				return false
			}
			if f.Type.PtrBytes > 0 {
				t.PtrBytes = max(t.PtrBytes, f.Offset+f.Type.PtrBytes)
			}
		}
	}
	return true
}

// loadDWARFType reads what is particular to the kind.
func loadDWARFType(t *Type) {
	e := &dieReader{Exe: t.exe}
	u := e.dw.unitOf(t.die)
	d, ok := e.dw.entry(u, t.die)
	if !ok {
		return
	}
	ref := func(attr uint16) *Type {
		if off, ok := d.ref(u, attr); ok {
			return e.typeOf(off)
		}
		return nil
	}
	switch t.Kind {
	case reflect.Pointer:
		t.elem = ref(atType)
	case reflect.Slice, reflect.Chan:
		t.elem = ref(atGoElem)
	case reflect.Map:
		t.key, t.elem = ref(atGoKey), ref(atGoElem)
	case reflect.Array:
		t.elem, t.length = e.array(u, &d)
	case reflect.Struct:
		t.fields = e.members(u, &d)
	case reflect.Interface:
		if off, ok := d.ref(u, atType); ok {
			if under := e.dw.unitOf(off); under != nil {
				if ud, ok := e.dw.entry(under, off); ok && !strings.HasSuffix(ud.str(e.dw, under, atName), "eface") {
					t.length = 1 // it has methods; how many is not in DWARF
				}
			}
		}
	}
}

// children calls do with the entries right below d until it returns false.
func (dw *dwarfData) children(u *unit, d *entry, do func(c *entry) bool) {
	if !d.children {
		return
	}
	for depth, off := 0, d.next; off != 0 && off < u.end; {
		c, ok := dw.entry(u, off)
		if !ok {
			if c.next == 0 || depth == 0 {
				return
			}
			depth--
		} else {
			if depth == 0 && !do(&c) {
				return
			}
			if c.children {
				depth++
			}
		}
		off = c.next
	}
}

// array returns element type and length of an array type.
func (e *dieReader) array(u *unit, d *entry) (elem *Type, n uint64) {
	if off, ok := d.ref(u, atType); ok {
		elem = e.typeOf(off)
	}
	e.dw.children(u, d, func(c *entry) bool {
		if c.tag == tagSubrange {
			if v, ok := c.uint(atCount); ok {
				n = v
			} else if v, ok := c.uint(atUpperBound); ok {
				n = v + 1
			}
		}
		return true
	})
	return elem, n
}

// members returns the fields of a struct type; those of unknown type are
// left out.
func (e *dieReader) members(u *unit, d *entry) (fields []Field) {
	e.dw.children(u, d, func(c *entry) bool {
		off, ok := c.ref(u, atType)
		if c.tag != tagMember || !ok {
			return true
		}
		at, _ := c.uint(atMemberLocation)
		embedded, _ := c.uint(atGoEmbedded)
		if t := e.typeOf(off); t != nil {
			fields = append(fields, Field{c.str(e.dw, u, atName), t, at, embedded != 0})
		}
		return true
	})
	return fields
}

// NamedType returns a type by its full name in DWARF ("runtime.mspan",
// "net/http.Server"), or nil. The first call indexes the names.
func (e *Exe) NamedType(name string) *Type {
	if e.dw == nil {
		return nil
	}
	c := &e.types
	c.namesOnce.Do(func() {
		c.byName = make(map[string]uint32, len(e.dw.types))
		for _, off := range e.dw.types {
			u := e.dw.unitOf(off)
			if u == nil {
				continue
			}
			if d, ok := e.dw.entry(u, off); ok {
				if n := d.str(e.dw, u, atName); n != "" {
					if _, dup := c.byName[n]; !dup {
						c.byName[n] = off
					}
				}
			}
		}
	})
	off, ok := c.byName[name]
	if !ok {
		return nil
	}
	return e.typeOfDIE(off)
}
