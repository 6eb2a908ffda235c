package gotype

import (
	"reflect"
	"strings"
)

// container is what is known of a container that is written in Go, in the
// standard library or a well-known module: which of its types are insides that
// paths fold, and how a person writes what its fields lead to.
type container struct {
	// handle says that source code has values of this type in hand, a list or a
	// tree; of others, nodes, it only sees what they hold.
	handle bool
	fields map[string]string // field: how it is written; "" for what leads to another part
}

// inside is what leads from one part of a container to another.
const inside = ""

// containers are the known ones by the full name of the type, without type
// arguments. Each has a program in testdata/leaks.
var containers = map[string]container{
	// sync.Map since Go 1.24 (internal/sync/hashtriemap.go).
	"sync.Map":                  {handle: true, fields: map[string]string{"m": inside}},
	"internal/sync.HashTrieMap": {handle: true, fields: map[string]string{"root": inside}},
	"internal/sync.indirect":    {fields: map[string]string{"children": inside, "parent": inside}},
	"internal/sync.entry":       {fields: map[string]string{"overflow": inside, "key": " key", "value": `["…"]`}},

	"container/list.List":    {handle: true, fields: map[string]string{"root": inside}},
	"container/list.Element": {fields: map[string]string{"next": inside, "prev": inside, "list": inside, "Value": "[…]"}},
	"container/ring.Ring":    {handle: true, fields: map[string]string{"next": inside, "prev": inside, "Value": "[…]"}},

	"github.com/google/btree.BTree":  {handle: true},
	"github.com/google/btree.BTreeG": {handle: true, fields: map[string]string{"root": inside}},
	"github.com/google/btree.node":   {fields: map[string]string{"items": inside, "children": inside}},
}

// wrappers are structs of one field that source code does not name.
var wrappers = map[string]string{
	"sync/atomic.Pointer":             "v",
	"sync/atomic.Value":               "v",
	"internal/runtime/atomic.Pointer": "u",
}

// container returns what is known of a type; nil if it is no part of a known
// container.
func (t *Type) container() *container {
	if t.Part != PartNone || t.Kind != reflect.Struct {
		return nil
	}
	if c, ok := containers[t.generic()]; ok {
		return &c
	}
	return nil
}

// generic is the full name without type arguments.
func (t *Type) generic() string {
	name, _, _ := strings.Cut(t.FullName, "[")
	return name
}

// silent reports whether the word at an offset leads from one part of a container
// to another, which nobody writes.
func (t *Type) silent(off uint64) bool {
	if t.Part == PartArray {
		return t.elem.isNode()
	}
	if t.Part != PartNone || t.Kind != reflect.Struct {
		return false
	}
	f := t.fieldAt(off)
	if f == nil {
		return false
	}
	if wrapped, ok := wrappers[t.generic()]; ok {
		return f.Name == wrapped
	}
	c := t.container()
	if c == nil {
		return false
	}
	name, known := c.fields[f.Name]
	return known && name == inside
}

// isNode reports whether a type is a pointer to a node of a known container.
func (t *Type) isNode() bool {
	if t == nil || t.Part != PartNone || t.Kind != reflect.Pointer || t.Elem() == nil {
		return false
	}
	c := t.Elem().container()
	return c != nil && !c.handle
}

// written is how source code writes a field, with what is before it.
func (t *Type) written(f *Field) string {
	if c := t.container(); c != nil {
		if name, ok := c.fields[f.Name]; ok {
			return name
		}
	}
	return "." + f.Name
}
