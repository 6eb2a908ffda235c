package gotype

import (
	"context"
	"encoding/binary"
	"reflect"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// limitNames are the fields in which a struct says how much its containers may have,
// in small letters.
var limitNames = map[string]bool{
	"max": true, "cap": true, "capacity": true, "limit": true, "bound": true, "maxentries": true, "maxitems": true, "maxsize": true, "maxlen": true,
	"maxcount": true, "maxbytes": true, "maxcost": true, "maxlength": true, "maxelements": true,
}

// limit is a struct with such a field, and where its containers are. Offsets are from
// the beginning of the object.
type limit struct {
	name   string
	field  *Type
	off    uint64
	inside []place
}

// place is a field that leads to a container or is the slice itself.
type place struct {
	off   uint64
	slice bool
}

// bounds notes the structs that bound their containers, with the containers: they
// name a maximum, and have no more than it. It reads the objects of such types.
func (ty *Typer) bounds(ctx context.Context) error {
	limits := make([][]limit, len(ty.byTypeID))
	any := false
	for id, t := range ty.byTypeID {
		if t != nil && t.Part == PartNone {
			limits[id] = limitsOf(t, 0, nil)
			any = any || len(limits[id]) > 0
		}
	}
	ty.staticBounds()
	if !any {
		return nil
	}
	for n, id := range ty.g.TypeColumn() {
		if n%chunk == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if int(id) < len(limits) && len(limits[id]) > 0 {
			n := graph.NodeID(n)
			byWord := map[uint64]graph.NodeID{}
			for i, to := range ty.g.Row(n) {
				byWord[slotWord(ty.g.Label(n, i))] = to
			}
			for i := range limits[id] {
				if ty.bound(ty.content(n), &limits[id][i], func(off uint64) (graph.NodeID, bool) { to, ok := byWord[off/8]; return to, ok }) {
					ty.b.SetBound(n, "bounded by "+limits[id][i].name)
				}
			}
		}
	}
	return nil
}

// staticBounds notes the containers of such structs in the program's data: variables,
// and what their initialisers point to.
func (ty *Typer) staticBounds() {
	if ty.exe == nil || ty.Statics == nil || ty.Data == nil {
		return
	}
	at := func(addr uint64, t *Type) {
		if t == nil || t.Part != PartNone || t.Kind != reflect.Struct || t.Size > maxBounded {
			return
		}
		limits := limitsOf(t, 0, nil)
		if len(limits) == 0 {
			return
		}
		b := ty.Data(addr, int(t.Size))
		for i := range limits {
			ty.bound(b, &limits[i], func(off uint64) (graph.NodeID, bool) {
				if off+8 > uint64(len(b)) {
					return graph.None, false
				}
				to, _, ok := ty.g.Containing(binary.LittleEndian.Uint64(b[off:]))
				return to, ok
			})
		}
	}
	globals := ty.exe.Globals()
	for i := range globals {
		at(globals[i].Addr, globals[i].Type)
	}
	for i := range ty.Statics.list {
		at(ty.Statics.list[i].Addr, ty.Statics.list[i].Type)
	}
}

// maxBounded is how large a variable may be to be looked at.
const maxBounded = 1 << 16

// limitsOf lists the limits of a struct and of the structs in it.
func limitsOf(t *Type, off uint64, list []limit) []limit {
	if t.Kind != reflect.Struct {
		return list
	}
	var found []limit
	var inside []place
	for _, f := range t.Fields() {
		switch f.Type.Kind {
		case reflect.Struct:
			list = limitsOf(f.Type, off+f.Offset, list)
		case reflect.Map, reflect.Pointer:
			inside = append(inside, place{off + f.Offset, false})
		case reflect.Slice:
			inside = append(inside, place{off + f.Offset, true})
		case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64:
			if limitNames[strings.ToLower(strings.ReplaceAll(f.Name, "_", ""))] {
				found = append(found, limit{name: "." + f.Name, field: f.Type, off: off + f.Offset})
			}
		}
	}
	for i := range found {
		found[i].inside = inside
		if len(inside) > 0 {
			list = append(list, found[i])
		}
	}
	return list
}

// bound marks the containers of one struct if they have no more than its limit, and
// anything at all; target is what a word of the struct refers to.
func (ty *Typer) bound(b []byte, l *limit, target func(off uint64) (graph.NodeID, bool)) bool {
	if l.off+l.field.Size > uint64(len(b)) {
		return false
	}
	var word [8]byte
	copy(word[:], b[l.off:l.off+l.field.Size])
	most := binary.LittleEndian.Uint64(word[:])
	if most == 0 || most > 1<<62 { // none, or negative
		return false
	}
	var full []graph.NodeID
	for _, p := range l.inside {
		to, ok := target(p.off)
		if !ok {
			continue
		}
		have, ok := ty.length(to)
		if p.slice && p.off+16 <= uint64(len(b)) {
			have, ok = binary.LittleEndian.Uint64(b[p.off+8:]), true
		}
		if ok && have > most {
			return false
		}
		if ok && have > 0 {
			full = append(full, to)
		}
	}
	for _, c := range full {
		ty.b.SetBound(c, "bounded by "+l.name)
	}
	return len(full) > 0
}

// length is how many entries a map or a list.List has.
func (ty *Typer) length(n graph.NodeID) (have uint64, ok bool) {
	t := ty.TypeOf(ty.g.Type(n))
	b := ty.content(n)
	switch {
	case t == nil || len(b) < 8:
	case t.Part == PartMap:
		return binary.LittleEndian.Uint64(b), true
	case t.FullName == "container/list.List":
		for _, f := range t.Fields() {
			if f.Name == "len" && f.Offset+8 <= uint64(len(b)) {
				return binary.LittleEndian.Uint64(b[f.Offset:]), true
			}
		}
	}
	return 0, false
}
