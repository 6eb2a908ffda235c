package heapsnapshot

import (
	"slices"
	"strings"
)

// julia is what a snapshot of Julia has otherwise than one of V8: its node types are the
// types of objects, where V8's are the kinds of its nodes.
type julia struct {
	types []string
	// folded is set where a number stands for several types: the place of a type among
	// the others, modulo narrow, by its name.
	folded map[string]int
}

// juliaKinds are the node types that are kinds of nodes. Of all others, the name of a
// node is that of its type.
var juliaKinds = map[string]nodeKind{
	"synthetic": nodeSynthetic, "String": nodeString, "jl_sym_t": nodeSymbol, "jl_datatype_t": nodeDataType, "jl_module_t": nodeModule,
	"Core.Binding": nodeBinding, "jl_task_t": nodeObject, "jl_array_t": nodeObject, "jl_svec_t": nodeObject, "object": nodeObject,
}

// juliaTypes are the types of the nodes whose names say something else.
var juliaTypes = map[nodeKind]string{nodeString: "String", nodeSymbol: "Symbol", nodeDataType: "DataType", nodeBinding: juliaBinding}

// Julia's own objects between a module and what its global variables have.
const (
	juliaBinding   = "Core.Binding"
	juliaPartition = "Core.BindingPartition"
	juliaVector    = "SimpleVector"
)

// juliaOf returns what a snapshot of Julia needs, or nil for one of V8.
func juliaOf(types []string) *julia {
	if !slices.Contains(types, "jl_datatype_t") && !slices.Contains(types, "jl_module_t") {
		return nil
	}
	return &julia{types: types}
}

// narrow is how many types the field of a node can tell in Julia before 1.13: it has a
// byte, and what is beyond starts again at 0.
const narrow = 1 << 8

// kinds are the kinds of nodes by their types in the file.
func (x *julia) kinds() []nodeKind {
	kinds := make([]nodeKind, len(x.types))
	for i, name := range x.types {
		if kinds[i] = nodeObject; juliaKinds[name] != nodeOther {
			kinds[i] = juliaKinds[name]
		}
	}
	return kinds
}

// fold makes kinds those of a file whose types are in a byte: a number that may stand for
// what is no plain object does, and misnamed tells when it does not.
func (x *julia) fold(kinds []nodeKind) {
	x.folded = map[string]int{}
	for i, name := range x.types {
		switch k := juliaKinds[name]; {
		case k == nodeOther:
			x.folded[name] = i % narrow
		case k != nodeObject:
			kinds[i%narrow] = k
		}
	}
}

// misnamed reports whether a node is no node of the kind that the number of its type
// says, but an object of the type that its name says, which has the same number.
func (x *julia) misnamed(k nodeKind, name func() string) bool {
	if x == nil || x.folded == nil || k == nodeObject {
		return false
	}
	at, ok := x.folded[name()]
	return ok && slices.ContainsFunc(x.types, func(t string) bool { return juliaKinds[t] == k && slices.Index(x.types, t)%narrow == at })
}

// inside reports whether objects of a type are within what a program has: the memory of
// an array, and what is between a module and its variables.
func (x *julia) inside(name string) bool {
	return x != nil && (name == juliaBinding || name == juliaPartition || name == juliaVector ||
		strings.HasPrefix(name, "Memory{") || strings.HasPrefix(name, "GenericMemory{"))
}

// global is the name of the variable that a binding is of; noString if it does not tell.
func (r *reader) global(edges []edge, other *edgeReader) uint32 {
	t := r.f.strings
	for _, e := range edges {
		if e.kind != edgeProperty || t.first(e.name) != t.known.globalref {
			continue
		}
		ref, err := other.row(e.to)
		if err != nil {
			return noString // its own row tells
		}
		for _, e := range ref {
			if e.kind == edgeProperty && r.kind[e.to] == nodeSymbol && t.first(e.name) == t.known.name {
				return r.name[e.to]
			}
		}
	}
	return noString
}

// juliaReference names an edge of Julia's; ok is false for one that is named as V8's are.
func (h *holder) juliaReference(e *edge) (l label, ok bool) {
	t, from, to := h.r.f.strings, h.r.kind[h.n], h.r.kind[e.to]
	if e.kind == edgeElement {
		return labelNone, to == nodeBinding
	}
	if e.kind == edgeHidden || e.name > maxStrings {
		return 0, false
	}
	known, name := &t.known, t.first(e.name)
	switch {
	case name == known.partitions || name == known.value:
		return stringLabel(h.global, tagProperty), from == nodeBinding && h.global != noString
	case name == known.bindings:
		return labelNone, from == nodeModule
	case name == known.memory || name == known.restriction || name == known.binding:
		return labelNone, true
	}
	return 0, false
}
