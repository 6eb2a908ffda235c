package delvetest

import (
	"go/constant"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-delve/delve/pkg/dwarf/godwarf"
	"github.com/go-delve/delve/pkg/proc"
)

// visit claims what a loaded value refers to.
func (w *walk) visit(v *proc.Variable, path *Path) {
	if v.Unreadable != nil || w.stop {
		return
	}
	switch v.Kind {
	case reflect.Pointer:
		if len(v.Children) > 0 && !strings.Contains(v.DwarfType.Common().Name, shapeOfPointer) {
			w.pointer(v.Children[0].Addr, v.Children[0].DwarfType, path)
		}
	case reflect.Interface:
		w.boxed(v, path)
	case reflect.String:
		if v.Len > 0 {
			w.claim(Claim{Addr: v.Base, Form: Text, Count: v.Len, Path: path})
		}
	case reflect.Slice:
		w.slice(v, path)
	case reflect.Array:
		w.children(v, path, func(i int) string { return "[" + strconv.Itoa(i) + "]" })
	case reflect.Struct:
		if t, ok := v.RealType.(*godwarf.StructType); ok && len(v.Children) == 0 && len(t.Field) > 0 {
			w.later(v.Addr, v.DwarfType, path)
		}
		w.children(v, path, func(i int) string { return "." + v.Children[i].Name })
	case reflect.Map:
		w.mapping(v, path)
	case reflect.Chan:
		w.channel(v, path)
	case reflect.Func:
		w.function(v, path)
	}
}

// shapeOfPointer is in the names of what generic functions know of pointers: the
// type that they claim to point to says nothing.
const shapeOfPointer = "go.shape.*"

func (w *walk) children(v *proc.Variable, path *Path, step func(i int) string) {
	for i := range v.Children {
		w.visit(&v.Children[i], &Path{path, step(i)})
	}
}

// pointer is a pointer to a value.
func (w *walk) pointer(addr uint64, typ godwarf.Type, path *Path) {
	if t, ok := godwarf.ResolveTypedef(typ).(*godwarf.StructType); ok && notInHeap(t) {
		return
	}
	if typ.Size() > 0 && w.claim(Claim{Addr: addr, Form: Value, Type: typ, Path: path}) {
		w.later(addr, typ, path)
	}
}

// boxed is an interface: the value is in the interface's own word if it is a
// pointer, else the word points to it.
func (w *walk) boxed(v *proc.Variable, path *Path) {
	if len(v.Children) == 0 || v.Children[0].Addr == 0 {
		return
	}
	in := &v.Children[0]
	if notInHeap(pointedTo(in.DwarfType)) {
		return // pointers to these are not in the interface's own word, though Delve thinks so
	}
	path = &Path{path, ".(" + in.DwarfType.Common().Name + ")"}
	switch {
	case in.Addr != v.Addr+8:
		w.pointer(in.Addr, in.DwarfType, path)
	case in.OnlyAddr:
		w.later(in.Addr, in.DwarfType, path)
	default:
		w.visit(in, path)
	}
}

// notInHeap reports whether the collector never sees values of a type.
func notInHeap(t *godwarf.StructType) bool {
	return t != nil && slices.ContainsFunc(t.Field, func(f *godwarf.StructField) bool {
		return f.Type.Common().Name == "internal/runtime/sys.NotInHeap"
	})
}

func (w *walk) slice(v *proc.Variable, path *Path) {
	t, ok := v.RealType.(*godwarf.SliceType)
	if !ok || v.Cap <= 0 || v.Len > v.Cap || t.ElemType.Size() <= 0 {
		return
	}
	c := Claim{Addr: v.Base, Form: Elements, Type: t.ElemType, Count: v.Cap, Path: path}
	if w.live != nil {
		c.Count = 1 // the length and capacity of a local variable can be dead while its array is not
	}
	if !w.claim(c) {
		return
	}
	if at := (place{v.Base, t.Common().Name}); !w.seen[at] {
		w.seen[at] = true
		w.children(v, path, func(i int) string { return "[" + strconv.Itoa(i) + "]" })
	}
}

// mapping is a map: its header, its inside, and its keys and elements, which are
// in the groups or, if they are large, each an object of its own.
func (w *walk) mapping(v *proc.Variable, path *Path) {
	t, ok := v.RealType.(*godwarf.MapType)
	if !ok || !w.claim(Claim{Addr: v.Base, Form: Map, Type: t, Path: path}) {
		return
	}
	if at := (place{v.Base, t.Common().Name}); !w.seen[at] {
		w.seen[at] = true
		w.inside(v.Base, t, path)
	}
	if len(v.Children) == 0 && v.Len > 0 {
		w.later(v.Addr, v.DwarfType, path)
	}
	for i := range v.Children {
		in, step := &v.Children[i], &Path{path, "[…]"}
		if i%2 == 0 {
			step = &Path{path, " key"}
		}
		if in.Unreadable == nil && in.DwarfType.Size() > 0 && w.claim(Claim{Addr: in.Addr, Form: Value, Type: in.DwarfType, Path: step}) {
			w.visit(in, step)
		}
	}
}

// inside claims the groups of a small map, or the directory, tables and groups
// of a large one.
func (w *walk) inside(header uint64, t *godwarf.MapType, path *Path) {
	p := mapPartsOf(t)
	if p == nil {
		return
	}
	claim := func(addr uint64, f Form, count int64) bool {
		return w.claim(Claim{Addr: addr, Form: f, Type: t, Count: count, Path: path})
	}
	dir, n := w.word(header+p.dirPtr), w.word(header+p.dirLen)
	if n == 0 {
		claim(dir, Groups, 1)
		return
	}
	if !claim(dir, Directory, int64(n)) {
		return
	}
	for i := range min(n, uint64(loading.MaxArrayValues)) {
		table := w.word(dir + 8*i)
		if !claim(table, Table, 1) || !claim(w.word(table+p.groups), Groups, int64(w.word(table+p.mask))+1) {
			return
		}
	}
}

// channel is a channel: its header, its buffer, and what waits for it.
func (w *walk) channel(v *proc.Variable, path *Path) {
	t, ok := v.RealType.(*godwarf.ChanType)
	if !ok || !w.claim(Claim{Addr: v.Base, Form: Channel, Type: t, Path: path}) {
		return
	}
	at := place{v.Base, t.Common().Name}
	if w.seen[at] {
		return
	}
	w.seen[at] = true
	for i := range v.Children {
		in := &v.Children[i]
		if in.Name != "buf" || in.Kind != reflect.Pointer || len(in.Children) == 0 {
			w.visit(in, &Path{path, "." + in.Name})
			continue
		}
		array := &in.Children[0]
		if array.Len > 0 && t.ElemType.Size() > 0 && w.claim(Claim{Addr: array.Addr, Form: Buffer, Type: t, Count: array.Len, Path: path}) {
			w.visit(array, &Path{path, " buffer"})
		}
	}
}

// function is a function value: a pointer to a closure.
func (w *walk) function(v *proc.Variable, path *Path) {
	if v.Value == nil || v.Base == 0 {
		return
	}
	name := constant.StringVal(v.Value)
	at := w.word(v.Addr)
	if !w.claim(Claim{Addr: at, Form: Closure, Func: name, Path: path}) {
		return
	}
	if len(v.Children) == 0 && v.Len > 0 {
		w.later(v.Addr, v.DwarfType, path)
	}
	for i := range v.Children {
		in, step := &v.Children[i], &Path{path, " (captured " + v.Children[i].Name + ")"}
		if in.Flags&proc.VariableEscaped != 0 { // Delve has followed the pointer to it
			w.pointer(in.Addr, in.DwarfType, step)
			continue
		}
		w.visit(in, step)
	}
}
