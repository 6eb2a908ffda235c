package gotype

import (
	"reflect"
	"strings"
	"sync"
)

// Type is a Go type, or a part of a container that has no type in the language
// (see Part). There is one Type for each type, so pointers can be compared.
// Methods resolve what they need on first use and are safe for concurrent use.
type Type struct {
	// Name is as a source file would write it, with short package names:
	// `main.Session`, `*server.client`, `map[string]*main.Session`. Parts of a
	// container have the container's name and what they are:
	// `map[string]*main.Session (table)`.
	Name string
	// FullName has import paths instead of package names: types of one Name
	// differ in it.
	FullName string
	PkgPath  string // import path of a named type's package, where known
	Kind     reflect.Kind
	Part     Part
	Size     uint64 // bytes; of one element for PartArray, PartGroups, PartDirectory and PartBuffer
	PtrBytes uint64 // prefix that can hold pointers; 0 if none
	Addr     uint64 // of the run-time type; 0 if there is none

	exe  *Exe
	id   uint32 // index in typeCache.all
	base *Type  // of parts: the container's type (a slice's element for PartArray)
	die  uint32 // DWARF entry of types without run-time data
	load func(t *Type)
	once sync.Once // load

	elem, key *Type
	length    uint64
	fields    []Field
	swiss     *mapLayout // of map types

	slotsOnce sync.Once
	slots     []slotCode // see flat
}

// Part tells what a Type describes besides Go's own types.
type Part uint8

const (
	PartNone      Part = iota // an ordinary type
	PartArray                 // backing array of a slice, as many elements as fit; named []T
	PartBytes                 // contents of a string; named string
	PartMap                   // header of a map (maps.Map); named like the map
	PartDirectory             // directory of a map's tables
	PartTable                 // one table of a map
	PartGroups                // group(s) of a map's slots
	PartChan                  // a channel (hchan), with its buffer if elements have no pointers; named like the channel
	PartBuffer                // buffer of a channel
	PartClosure               // function value with captured variables; named func main.f.func1
	PartWord                  // the pointer word of a string, slice or interface variable that is split up
)

// tiled reports whether an object holds as many elements as fit.
func (p Part) tiled() bool {
	switch p {
	case PartArray, PartBytes, PartDirectory, PartGroups, PartBuffer:
		return true
	}
	return false
}

// Internal reports whether objects of this type are a container's inside, which
// paths fold.
func (t *Type) Internal() bool {
	switch t.Part {
	case PartDirectory, PartTable, PartGroups, PartBuffer:
		return true
	}
	return false
}

// Folded reports whether paths go through objects of this type in one step with
// the reference before them: containers' insides, also of those that are written
// in Go, the header of a map and the backing array of a slice that holds
// references. `.m["…"]` and `.list[3]` are what source code says.
func (t *Type) Folded() bool {
	return t.Internal() || t.container() != nil || t.Part == PartMap || t.Part == PartArray && t.PtrBytes > 0
}

func (t *Type) resolve() *Type {
	t.once.Do(func() {
		if t.load != nil {
			t.load(t)
		}
	})
	return t
}

// Elem is the element type of pointers, slices, arrays, maps, channels and of
// tiled parts; nil for others.
func (t *Type) Elem() *Type { return t.resolve().elem }

// Key is the key type of maps and their parts; nil for others.
func (t *Type) Key() *Type { return t.resolve().key }

// Len is the number of elements of an array type.
func (t *Type) Len() uint64 { return t.resolve().length }

// Base is the type of the container that a part belongs to: the map or channel
// type, the element type of PartArray. nil for ordinary types.
func (t *Type) Base() *Type { return t.base }

// Fields returns the fields of a struct or the captured variables of a closure,
// in order of offset. The slice must not be changed.
func (t *Type) Fields() []Field { return t.resolve().fields }

// Field returns the field of this name, also in nested structs for a dotted
// name ("groups.data"); its offset is from the start of t.
func (t *Type) Field(name string) (Field, bool) {
	first, rest, dotted := strings.Cut(name, ".")
	for _, f := range t.Fields() {
		if f.Name != first {
			continue
		}
		if !dotted {
			return f, true
		}
		in, ok := f.Type.Field(rest)
		in.Offset += f.Offset
		return in, ok
	}
	return Field{}, false
}

// Field is a field of a struct.
type Field struct {
	Name     string
	Type     *Type // never nil
	Offset   uint64
	Embedded bool
}

func (t *Type) String() string { return t.Name }
