package hprof

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// heap is one heap dump on its way to a graph.
type heap struct {
	src       *source.Source
	file      *file
	b         *graph.Builder
	index     *graph.AddressIndex
	layout    layout
	classes   []*class // in the order of the file, and those that are missing
	byID      map[uint64]*class
	types     []typeInfo // by TypeID
	arrays    [typeLong + 1]graph.TypeID
	classType graph.TypeID
	statics   []staticRef       // by label - slotFirst
	locals    map[uint64]uint32 // ThreadLocal -> static field
	entries   map[string]bool   // names of the classes whose objects are entries
	lost      map[uint64]*class // that the dump does not describe
}

// typeInfo is what the objects of a type have in common.
type typeInfo struct {
	class  *class // of instances; one of several if there are more of the name
	shape  shape
	pinned bool // some objects refer to their class, which may be unloaded
	entry  bool // all objects are parts of containers
	// insides is whether some fields lead to other parts of a container
	insides bool
	local   bool // entries of thread-locals
	parts   bool // an array of entries: its elements have no names
}

// shape is how the references of an object are found.
type shape uint8

const (
	leaf     shape = iota // there are none
	instance              // by the fields of the class
	elements              // an array
	classes               // a class's own record
)

// staticRef is a static field by its label.
type staticRef struct {
	class *class
	i     int // of its static fields
}

// link names the classes' fields and puts the classes together.
func (h *heap) link(c *collected) {
	h.byID = make(map[uint64]*class, len(c.classes))
	for _, x := range c.classes {
		x.Name = typeName(h.file.strings[h.file.loaded[x.ID]])
		if x.Name == "" {
			x.Name = fmt.Sprintf("unknown-class@0x%x", x.ID)
		}
		names := c.names[x]
		for i := range x.Statics {
			x.Statics[i].Name = h.fieldName(names[i])
		}
		for i := range x.Own {
			x.Own[i].Name = h.fieldName(names[len(x.Statics)+i])
		}
		if h.byID[x.ID] == nil {
			h.byID[x.ID] = x
			h.classes = append(h.classes, x)
		}
	}
	c.names = nil
	h.linkSupers()
}

// linkSupers finds the superclasses, and then all fields.
func (h *heap) linkSupers() {
	for _, x := range h.classes {
		x.super = h.byID[x.Super]
	}
	for _, x := range h.classes { // a damaged dump can have a class below itself
		depth := 0
		for at := x; at != nil && depth <= maxDepth; at = at.super {
			depth++
		}
		if depth > maxDepth {
			x.super = nil
		}
	}
	h.entries = map[string]bool{}
	for _, x := range h.classes {
		h.resolve(x)
		if x.isEntry() {
			h.entries[x.Name] = true
		}
	}
}

// numberStatics gives the static fields their labels.
func (h *heap) numberStatics() {
	for _, x := range h.classes {
		x.base = slotFirst + uint32(len(h.statics))
		for i := range x.Statics {
			h.statics = append(h.statics, staticRef{x, i})
		}
	}
}

func (h *heap) fieldName(id uint64) string {
	if s := h.file.strings[id]; s != "" {
		return s
	}
	return fmt.Sprintf("field@0x%x", id)
}

// addTypes registers the types: one for all classes of one name and layout.
func (h *heap) addTypes() {
	type key struct {
		name   string
		layout uint64
	}
	known, count := map[key]graph.TypeID{}, map[string]int{}
	h.classType = h.b.Types().Intern(javaLangClass)
	h.info(h.classType, typeInfo{shape: classes})
	for t := range h.arrays {
		if primitives[t].size > 0 {
			h.arrays[t] = h.b.Types().Intern(primitives[t].name + "[]")
			h.info(h.arrays[t], typeInfo{})
		}
	}
	for _, x := range h.classes {
		k := key{x.Name, x.layout}
		id, ok := known[k]
		if !ok {
			name := x.Name
			if count[name]++; count[name] > 1 {
				name += fmt.Sprintf(" (%d)", count[name])
			}
			id = h.b.Types().Intern(name)
			known[k] = id
			h.info(id, h.infoOf(x))
		}
		x.typ = id
	}
}

const javaLangClass = "java.lang.Class"

func (h *heap) infoOf(x *class) typeInfo {
	t := typeInfo{class: x, entry: x.isEntry(), insides: x.hasInsides(), local: x.Name == threadLocalEntry}
	switch {
	case x.Name == javaLangClass:
		t.shape = classes
	case primitiveArrays[x.Name]:
	case isArray(x.Name):
		t.shape = elements
		t.parts = h.entries[x.Name[:len(x.Name)-2]]
	case len(x.refs) > 0:
		t.shape = instance
	}
	return t
}

var primitiveArrays = map[string]bool{"boolean[]": true, "char[]": true, "float[]": true, "double[]": true,
	"byte[]": true, "short[]": true, "int[]": true, "long[]": true}

func isArray(name string) bool { return len(name) > 2 && name[len(name)-2:] == "[]" }

// setInfo keeps what is known of a type.
func (h *heap) setInfo(id graph.TypeID, t typeInfo) {
	for len(h.types) <= int(id) {
		h.types = append(h.types, typeInfo{})
	}
	h.types[id] = t
}

func (h *heap) info(id graph.TypeID, t typeInfo) {
	h.setInfo(id, t)
	if t.shape == elements {
		h.b.SetStride(id, 1)
	}
}

// missing adds a class that the dump does not describe.
func (h *heap) missing(id uint64) *class {
	if x := h.lost[id]; x != nil {
		return x
	}
	x := &class{ID: id, Name: fmt.Sprintf("unknown-class@0x%x", id), Missing: true, builtin: true, node: graph.None}
	if name := typeName(h.file.strings[h.file.loaded[id]]); name != "" {
		x.Name = name
	}
	x.typ = h.b.Types().Intern(x.Name)
	h.lost[id] = x
	return x
}
