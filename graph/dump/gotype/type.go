package gotype

import "reflect"

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
}

// Part tells what a Type describes besides Go's own types.
type Part uint8

const (
	PartNone      Part = iota // an ordinary type
	PartArray                 // backing array of a slice, as many elements as fit; named []T
	PartBytes                 // contents of a string; named string
	PartDirectory             // directory of a map's tables
	PartTable                 // one table of a map
	PartGroups                // group(s) of a map's slots
	PartBuffer                // buffer of a channel
	PartClosure               // function value with captured variables; named func main.f.func1
)

// Internal reports whether objects of this type are a container's inside, which
// paths fold.
func (t *Type) Internal() bool { return false }

// Elem is the element type of pointers, slices, arrays, maps, channels and of
// tiled parts; nil for others.
func (t *Type) Elem() *Type { return nil }

// Key is the key type of maps and their parts; nil for others.
func (t *Type) Key() *Type { return nil }

// Len is the number of elements of an array type.
func (t *Type) Len() uint64 { return 0 }

// Fields returns the fields of a struct or the captured variables of a closure,
// in order of offset.
func (t *Type) Fields() []Field { return nil }

// Field returns the field of this name, also through embedded structs for a
// dotted name ("groups.data").
func (t *Type) Field(name string) (Field, bool) { return Field{}, false }

// Field is a field of a struct.
type Field struct {
	Name     string
	Type     *Type
	Offset   uint64
	Embedded bool
}

// SlotKind is what a pointer word is.
type SlotKind uint8

const (
	SlotNone   SlotKind = iota // not a pointer word
	SlotPtr                    // *T
	SlotSlice                  // data of a slice
	SlotString                 // data of a string
	SlotEface                  // data of an interface without methods; its type word is before it
	SlotIface                  // data of an interface with methods; its itab is before it
	SlotMap                    // map
	SlotChan                   // channel
	SlotFunc                   // function value
	SlotUnsafe                 // unsafe.Pointer
	SlotInner                  // from one part of a container to another
	SlotTyp                    // type or itab word of an interface; never a heap pointer
)

// Slot describes one pointer word of a type.
type Slot struct {
	Kind SlotKind
	// To is the type of the object a pointer to an object's start leads to; nil
	// if the slot does not tell (interfaces, functions, unsafe pointers).
	To *Type
}

// Slot describes a word of an object of this type; word counts from the start
// of the object and may be in any element of a tiled part.
func (t *Type) Slot(word uint64) Slot { return Slot{} }

// SlotLabel is the path to a word as source code would write it after the
// holder: `.field`, `[3]`, `[3].name`, ` (captured x)`; "" for words inside the
// parts of containers. A slot of a map's group is `["…"]` for an element and
// ` key` for a key.
func (t *Type) SlotLabel(word uint64) string { return "" }

// TypeAt returns the type whose run-time data is at the address, or nil.
func (e *Exe) TypeAt(addr uint64) *Type { return nil }

// IsType reports whether the address can be of a run-time type: a range check,
// for hot loops.
func (e *Exe) IsType(addr uint64) bool { return false }

// AddItab tells of an itab of the process and its concrete type. Not safe for
// concurrent use.
func (e *Exe) AddItab(itab, typ uint64) {}

// ItabType returns the concrete type of an itab, or nil.
func (e *Exe) ItabType(itab uint64) *Type { return nil }

// NamedType returns a type by its full name in DWARF ("runtime.mspan",
// "net/http.Server"), or nil. The first call indexes the names.
func (e *Exe) NamedType(name string) *Type { return nil }
