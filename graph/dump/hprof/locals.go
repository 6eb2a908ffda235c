package hprof

import "github.com/refgraph/refgraph/graph"

// Labels of what thread-locals hold: by the static field that has the
// ThreadLocal, or by the type of the value where no static field has it.
const (
	localStatic = 1 << 25
	localType   = 1 << 26
)

const threadLocalEntry = "java.lang.ThreadLocal$ThreadLocalMap$Entry"

// findLocals notes which static fields have a ThreadLocal.
func (h *heap) findLocals() {
	g := h.b.Graph()
	h.locals = map[uint64]uint32{}
	for k, s := range h.statics {
		x := s.class.Statics[s.i]
		if x.Type != typeObject || x.Value == 0 {
			continue
		}
		n, ok := h.index.Lookup(x.Value)
		if !ok {
			continue
		}
		if c := h.typeInfo(g.Type(n)).class; c != nil && c.is("java.lang.ThreadLocal") {
			h.locals[x.Value] = uint32(k)
		}
	}
}

// is reports whether a class is the named one or below it.
func (c *class) is(name string) bool {
	for range maxDepth {
		if c == nil {
			return false
		}
		if c.Name == name {
			return true
		}
		c = c.super
	}
	return false
}

// localSlot is the label of the value of a thread-local whose ThreadLocal is at an
// address.
func (h *heap) localSlot(local uint64, value graph.NodeID) uint32 {
	if k, ok := h.locals[local]; ok {
		return localStatic + k
	}
	return localType + uint32(h.b.Graph().Type(value))
}

// localName names what localSlot numbers.
func (d *detail) localName(label uint32) string {
	if label >= localType {
		return " ThreadLocal<" + d.g.Types().Name(graph.TypeID(label-localType)) + ">"
	}
	if k := int(label - localStatic); k < len(d.h.statics) {
		s := d.h.statics[k]
		return " ThreadLocal " + s.class.Name + "." + s.class.Statics[s.i].Name
	}
	return ""
}
