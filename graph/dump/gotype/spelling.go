package gotype

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph/lang"
)

// spelling knows which short identifiers stand for several of the executable's
// types or functions. Those that only the heap at hand has would be another set
// in the next dump of the same program, and its types had other names there.
type spelling struct {
	full    map[string]string // of the short identifiers that the types at hand have
	several map[string]bool
}

// newSpelling looks for the identifiers of types in all types of an executable,
// which may be nil. It costs a pass over the names of its types, and of its functions
// where a type is a closure's.
func newSpelling(e *Exe, list []*info) *spelling {
	s := &spelling{map[string]string{}, map[string]bool{}}
	closures := false
	var sure []string
	for _, in := range list {
		identifiers(in.t, func(id string) string {
			// The process' own names of types without a name have no import paths.
			certain := strings.Contains(id, "/") || in.t.PkgPath != "" && strings.HasPrefix(id, in.t.PkgPath+".")
			switch short := lang.GoShort(id); {
			case !strings.Contains(id, "."):
			case certain:
				sure = append(sure, id)
				fallthrough
			default:
				s.full[short] = "" // to be looked for
			}
			return ""
		})
		closures = closures || in.t.Part == PartClosure
	}
	for _, id := range sure {
		s.add(id)
	}
	if e == nil {
		return s
	}
	e.typeNames(func(full string) { s.add(full) })
	if closures {
		e.funcNames(func(full string) { s.add(PrintName(full)) })
	}
	return s
}

// add takes one more full name of a type or function; only those that are spelled
// as one of the types at hand matter.
func (s *spelling) add(full string) {
	full = strings.TrimPrefix(full, shapePrefix)
	short := lang.GoShort(full)
	switch had, wanted := s.full[short]; {
	case !wanted:
	case had == "":
		s.full[short] = full
	case had != full:
		s.several[short] = true
	}
}

// name is how a type is written: with package names, and with import paths for
// the identifiers that several types have.
func (s *spelling) name(t *Type) string {
	plain := true
	full := identifiers(t, func(id string) string {
		short := lang.GoShort(id)
		if s.several[short] {
			plain = false
			return lang.GoUnescape(id)
		}
		return short
	})
	if plain {
		return t.Name
	}
	return strings.ReplaceAll(full, "interface {}", "any")
}

// identifiers replaces the identifiers in the full name of a type. That of a
// closure is the one of its function.
func identifiers(t *Type, replace func(id string) string) string {
	if id, ok := strings.CutPrefix(t.FullName, "func "); ok && t.Part == PartClosure {
		return "func " + replace(id)
	}
	return lang.GoNames(strings.ReplaceAll(t.FullName, shapePrefix, ""), replace)
}

// typeNames calls fn with the full names of all named types in DWARF, type
// arguments left out.
func (e *Exe) typeNames(fn func(full string)) {
	if e.dw == nil {
		return
	}
	for _, off := range e.dw.types {
		u := e.dw.unitOf(off)
		if u == nil {
			continue
		}
		d, ok := e.dw.entry(u, off)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(d.str(e.dw, u, atName), "[")
		if name != "" && !strings.ContainsAny(name, "*( {") {
			fn(name)
		}
	}
}

// funcNames calls fn with the full names of all functions but those that the
// compiler makes of types, as type:.eq.example.com/a.T.
func (e *Exe) funcNames(fn func(full string)) {
	t := &e.funcs
	for i := 0; i+8 < len(t.ftab); i += 8 {
		at := uint64(binary.LittleEndian.Uint32(t.ftab[i+4:]))
		if at+fnBytes > uint64(len(t.records)) {
			continue
		}
		if name := cstring(t.names, uint64(binary.LittleEndian.Uint32(t.records[at+fnName:]))); !strings.Contains(name, ":") {
			fn(name)
		}
	}
}

// displayNames gives every type a name of its own: see spelling; and a number if
// all else is equal, as for types that are local to different functions. Types that
// only differ in where they are described are one: same has the first of each.
func displayNames(e *Exe, list []*info) (names []string, same []int) {
	spell, had := newSpelling(e, list), map[string][]int{}
	names, same = make([]string, len(list)), make([]int, len(list))
	for i, in := range list {
		names[i] = spell.name(in.t)
		if groupsName(names[i]) == names[i] {
			had[objectName(in.t, names[i])] = nil
		}
	}
	for i, in := range list {
		name := objectName(in.t, groupsName(names[i]))
		if _, taken := had[name]; taken && groupsName(names[i]) != names[i] {
			name = objectName(in.t, names[i]) // the map itself is known, and has groups
		}
		names[i], same[i] = name, i
		for _, k := range had[name] {
			if alike(list[k].t, in.t) {
				same[i] = k
			}
		}
		if same[i] == i {
			if had[name] = append(had[name], i); len(had[name]) > 1 {
				names[i] += fmt.Sprintf(" (%d)", len(had[name]))
			}
		}
	}
	return names, same
}

// alike reports whether two types of one name are the same in all that is
// shown of them: one is that of the process, and one that of the debug
// information, or of a plugin.
func alike(a, b *Type) bool {
	if a.Part != b.Part || a.Kind != b.Kind || a.Size != b.Size || a.PtrBytes != b.PtrBytes {
		return false
	}
	return slices.EqualFunc(a.Fields(), b.Fields(), func(f, g Field) bool {
		return f.Name == g.Name && f.Offset == g.Offset
	})
}

// groupsName is how the groups of a map are called whose map has no known type:
// the allocator knows the structs that they are made of.
func groupsName(name string) string {
	if rest, ok := strings.CutPrefix(name, "[]map.group["); ok {
		return "map[" + rest + " (groups)"
	}
	if rest, ok := strings.CutPrefix(name, "map.group["); ok {
		return "map[" + rest + " (group)"
	}
	return name
}

// objectName tells an object that only holds a string's, slice's, map's or
// channel's first words from the thing itself.
func objectName(t *Type, name string) string {
	if name == "[]uint8" {
		name = "[]byte" // as the array behind it is named
	}
	if t.Part == PartNone {
		switch t.Kind {
		case reflect.String, reflect.Slice:
			return name + " (header)"
		case reflect.Map, reflect.Chan:
			return name + " (variable)"
		}
	}
	return name
}
