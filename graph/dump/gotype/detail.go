package gotype

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// RefName names reference i of Row(n), as graph.Detailer.RefName has it.
func (ty *Typer) RefName(n graph.NodeID, i int, values bool) string {
	t := ty.TypeOf(ty.g.Type(n))
	if t == nil {
		return ""
	}
	word := slotWord(ty.g.Label(n, i))
	name := t.SlotLabel(word)
	if values && t.Part == PartGroups {
		if rest, ok := strings.CutPrefix(name, t.keyLabel()); ok {
			if key := ty.keyAt(t, ty.content(n), word*8); key != "" {
				return "[" + key + "]" + rest
			}
		}
	}
	return name
}

func (ty *Typer) content(n graph.NodeID) []byte {
	if ty.Content == nil {
		return nil
	}
	return ty.Content(n)
}

// keyAt is the key of the slot of a group that contains the offset.
func (ty *Typer) keyAt(t *Type, b []byte, off uint64) string {
	group := off - off%t.Size
	slot := group + groupCtrl + (off-group-groupCtrl)/t.swiss.slotSize*t.swiss.slotSize
	if slot+t.swiss.slotSize > uint64(len(b)) {
		return ""
	}
	return ty.mapKey(t, b[slot:])
}

// mapKey is the key at the start of a slot.
func (ty *Typer) mapKey(t *Type, slot []byte) string {
	if t.swiss.indirectKey {
		slot = ty.read(binary.LittleEndian.Uint64(slot), t.key.Size)
	}
	return ty.value(t.key, slot)
}

// read returns memory of the process: of an object, or constant data.
func (ty *Typer) read(addr, n uint64) []byte {
	if n > maxObjectBytes {
		return nil
	}
	if m, delta, ok := ty.g.Containing(addr); ok {
		if b := ty.content(m); delta+n <= uint64(len(b)) {
			return b[delta : delta+n]
		}
		return nil
	}
	if ty.exe == nil {
		return nil
	}
	return ty.exe.mem(addr, int(n))
}

// maxShown is how many bytes of a string are shown.
const maxShown = 120

// value is a value as source code would write it; "" for what has no short
// form. b starts with it and may be too short.
func (ty *Typer) value(t *Type, b []byte) string {
	if t == nil || uint64(len(b)) < t.Size {
		return ""
	}
	if t.Kind == reflect.String {
		return ty.stringValue(b)
	}
	return scalar(t.Kind, b)
}

func (ty *Typer) stringValue(b []byte) string {
	addr, n := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	if n == 0 {
		return `""`
	}
	text := ty.read(addr, min(n, maxShown))
	if text == nil {
		return ""
	}
	if n > maxShown {
		return fmt.Sprintf("%q… (%d bytes)", text, n)
	}
	return fmt.Sprintf("%q", text)
}

// Describe is a short line about n beyond its type, as graph.Detailer.Describe
// has it.
func (ty *Typer) Describe(n graph.NodeID, values bool) string {
	t := ty.TypeOf(ty.g.Type(n))
	if t == nil {
		return ""
	}
	switch t.Part {
	case PartMap:
		if b := ty.content(n); len(b) >= 8 {
			return fmt.Sprintf("len %d", binary.LittleEndian.Uint64(b))
		}
	case PartChan:
		if b := ty.content(n); len(b) >= 16 {
			return fmt.Sprintf("buffer %d of %d", binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]))
		}
	case PartArray:
		return fmt.Sprintf("capacity %d", ty.elements(n, t))
	case PartBytes:
		if values {
			return ty.text(n)
		}
	}
	return ""
}

// text is the beginning of a string's contents.
func (ty *Typer) text(n graph.NodeID) string {
	b := ty.content(n)
	if len(b) > maxShown {
		return fmt.Sprintf("%q…", b[:maxShown])
	}
	return fmt.Sprintf("%q", b)
}

// elements is how many elements fit the object.
func (ty *Typer) elements(n graph.NodeID, t *Type) uint64 {
	size := ty.g.Size(n)
	if HasHeader(size, t.PtrBytes > 0) {
		size -= headerSize
	}
	return size / max(t.Size, 1)
}

// Fields lists what object n holds, as graph.Detailer.Fields has it: fields,
// elements, captured variables, or the entries of a map. Nested structs are
// listed field by field.
func (ty *Typer) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	l := &fieldList{ty: ty, n: n, values: values, limit: max(limit, 0)}
	t := ty.TypeOf(ty.g.Type(n))
	if t == nil {
		l.references()
		return l.out, l.total
	}
	l.b = ty.content(n)
	l.targets()
	switch {
	case t.Part == PartMap:
		l.mapEntries(t)
	case t.Part == PartChan:
		l.references()
	case t.Part == PartBytes:
		if l.add("contents", "string", graph.None) && values {
			l.out[len(l.out)-1].Value = ty.text(n)
		}
	case t.Part == PartArray || t.Part == PartBuffer:
		l.elements("", t.elem, ty.elements(n, t), 0)
	case t.Part == PartNone || t.Part == PartClosure:
		l.value("", t, 0)
	default:
		l.references()
	}
	return l.out, l.total
}

// fieldList collects fields up to a limit, and counts the rest.
type fieldList struct {
	ty     *Typer
	n      graph.NodeID
	b      []byte
	values bool
	limit  int
	byWord map[uint64]int // reference by word
	out    []graph.Field
	total  int
}

func (l *fieldList) targets() {
	l.byWord = map[uint64]int{}
	for i := range l.ty.g.Row(l.n) {
		l.byWord[slotWord(l.ty.g.Label(l.n, i))] = i
	}
}

// add counts a field and reports whether it was listed too.
func (l *fieldList) add(name, typ string, to graph.NodeID) bool {
	l.total++
	if len(l.out) >= l.limit {
		return false
	}
	l.out = append(l.out, graph.Field{Name: name, Type: typ, Node: to})
	return true
}

// references lists the row of an object that has no fields to show.
func (l *fieldList) references() {
	row := l.ty.g.Row(l.n)
	for i, to := range row {
		if len(l.out) >= l.limit {
			break
		}
		l.add(l.ty.RefName(l.n, i, l.values), l.ty.g.TypeName(to), to)
		l.out[len(l.out)-1].Kind = l.ty.g.RefKind(l.n, i)
	}
	l.total = len(row)
}

// value lists a value of type t at an offset.
func (l *fieldList) value(name string, t *Type, off uint64) {
	switch {
	case t.Part == PartClosure || t.Part == PartNone && t.Kind == reflect.Struct && len(t.Fields()) > 0:
		for _, f := range t.Fields() {
			if f.Name != "_" {
				l.value(name+"."+strings.TrimPrefix(f.Name, "&"), f.Type, off+f.Offset)
			}
		}
	case t.Part == PartNone && t.Kind == reflect.Array && t.Elem() != nil:
		l.elements(name, t.elem, t.length, off)
	default:
		l.leaf(name, t, off)
	}
}

// elements lists n elements. Beyond the limit it counts them without looking.
func (l *fieldList) elements(name string, elem *Type, n, off uint64) {
	for i := range n {
		if len(l.out) >= l.limit {
			l.total += int(min(n-i, 1<<40))
			return
		}
		l.value(fmt.Sprintf("%s[%d]", name, i), elem, off+i*elem.Size)
	}
}

// leaf lists one value that is not made of others.
func (l *fieldList) leaf(name string, t *Type, off uint64) {
	word := off / 8
	if t.Kind == reflect.Interface {
		word++
	}
	to, kind := graph.None, graph.Strong
	if i, ok := l.byWord[word]; ok && t.PtrBytes > 0 {
		to, kind = l.ty.g.Row(l.n)[i], l.ty.g.RefKind(l.n, i)
	}
	if !l.add(name, t.Name, to) {
		return
	}
	f := &l.out[len(l.out)-1]
	f.Kind = kind
	if l.values && off < uint64(len(l.b)) {
		f.Value = l.ty.value(t, l.b[off:])
	}
}
