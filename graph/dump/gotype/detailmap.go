package gotype

import (
	"encoding/binary"
	"math"
	"math/bits"
	"reflect"
	"strconv"

	"github.com/refgraph/refgraph/graph"
)

// mapEntries lists the entries of a map, through its directory, tables and
// groups. A slot is full if the top bit of its control byte is clear.
func (l *fieldList) mapEntries(t *Type) {
	groups := t.base.MapPart(PartGroups)
	if groups == nil {
		l.references()
		return
	}
	for _, g := range l.ty.groupsOf(l.n) {
		l.groupEntries(g, groups)
	}
}

// groupsOf returns the arrays of groups below a map's header, once each.
func (ty *Typer) groupsOf(header graph.NodeID) (out []graph.NodeID) {
	seen := map[graph.NodeID]bool{}
	var walk func(n graph.NodeID, depth int)
	walk = func(n graph.NodeID, depth int) {
		for _, m := range ty.g.Row(n) {
			t := ty.TypeOf(ty.g.Type(m))
			if t == nil || seen[m] {
				continue
			}
			seen[m] = true
			switch {
			case t.Part == PartGroups:
				out = append(out, m)
			case depth < 2 && (t.Part == PartDirectory || t.Part == PartTable):
				walk(m, depth+1)
			}
		}
	}
	walk(header, 0)
	return out
}

// groupEntries lists the full slots of an array of groups. Its length is a power of
// two; what the allocator rounded its size up by is no group, though as empty
// memory it would look like one that is full.
func (l *fieldList) groupEntries(n graph.NodeID, t *Type) {
	in := fieldList{ty: l.ty, n: n, b: l.ty.content(n), values: l.values, limit: l.limit, out: l.out, total: l.total}
	in.targets()
	m := t.swiss
	for g, end := uint64(0), groupsIn(uint64(len(in.b)), t.Size)*t.Size; g < end; g += t.Size {
		for s := range uint64(groupSlots) {
			if in.b[g+s]&0x80 == 0 {
				in.entry(t, g+groupCtrl+s*m.slotSize)
			}
		}
	}
	l.out, l.total = in.out, in.total
}

// groupsIn is how many groups there are in an object.
func groupsIn(bytes, size uint64) uint64 {
	if size == 0 || bytes < size {
		return 0
	}
	return 1 << (bits.Len64(bytes/size) - 1)
}

// entry lists the slot at an offset.
func (l *fieldList) entry(t *Type, slot uint64) {
	m := t.swiss
	if len(l.out) >= l.limit || slot+m.slotSize > uint64(len(l.b)) {
		l.total++
		return
	}
	name := t.keyLabel()
	if l.values {
		if key := l.ty.mapKey(t, l.b[slot:]); key != "" {
			name = "[" + key + "]"
		}
	}
	if m.indirectElem {
		if i, ok := l.byWord[(slot+m.elemOff)/8]; ok {
			l.add(name, t.elem.Name, l.ty.g.Row(l.n)[i])
			return
		}
	}
	switch {
	case m.indirectElem || t.elem.Size == 0 || t.elem.Kind == reflect.Struct || t.elem.Kind == reflect.Array:
		// One line an entry: a struct is counted by what it refers to first.
		to := graph.None
		for w := (slot + m.elemOff) / 8; w < (slot+m.elemOff+t.elem.Size)/8; w++ {
			if i, ok := l.byWord[w]; ok {
				to = l.ty.g.Row(l.n)[i]
				break
			}
		}
		l.add(name, t.elem.Name, to)
	default:
		l.leaf(name, t.elem, slot+m.elemOff)
	}
}

// scalar formats numbers and booleans; "" for other kinds.
func scalar(k reflect.Kind, b []byte) string {
	le := binary.LittleEndian
	switch k {
	case reflect.Bool:
		return strconv.FormatBool(b[0] != 0)
	case reflect.Int8:
		return strconv.FormatInt(int64(int8(b[0])), 10)
	case reflect.Int16:
		return strconv.FormatInt(int64(int16(le.Uint16(b))), 10)
	case reflect.Int32:
		return strconv.FormatInt(int64(int32(le.Uint32(b))), 10)
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(int64(le.Uint64(b)), 10)
	case reflect.Uint8:
		return strconv.FormatUint(uint64(b[0]), 10)
	case reflect.Uint16:
		return strconv.FormatUint(uint64(le.Uint16(b)), 10)
	case reflect.Uint32:
		return strconv.FormatUint(uint64(le.Uint32(b)), 10)
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(le.Uint64(b), 10)
	case reflect.Float32:
		return strconv.FormatFloat(float64(math.Float32frombits(le.Uint32(b))), 'g', -1, 32)
	case reflect.Float64:
		return strconv.FormatFloat(math.Float64frombits(le.Uint64(b)), 'g', -1, 64)
	}
	return ""
}
