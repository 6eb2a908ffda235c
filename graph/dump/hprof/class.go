package hprof

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// class is a class of the dump.
type class struct {
	ID, Super, Loader uint64
	Pos               int64 // of its record
	Name              string
	Statics           []static
	Own               []field // declared by the class itself
	Missing           bool    // objects are of it, but the dump does not describe it

	super   *class
	fields  []field // own and inherited, where the instance's record has them
	refs    []refField
	bytes   int // of the fields in an instance's record
	typ     graph.TypeID
	layout  uint64 // hash of fields, to tell classes of one name apart
	size    uint64 // shallow, of an instance
	base    uint32 // label of the first static field
	node    graph.NodeID
	builtin bool // loaded by a loader that is never collected
}

// static is a static field.
type static struct {
	Name  string
	Type  byte
	Value uint64 // as it is in the record; an address for objects
}

// isHidden reports whether it is no field but what the JVM has beside them:
// `<resolved_references>`, which the constants of the class lead to.
func (s *static) isHidden() bool { return strings.HasPrefix(s.Name, "<") }

// field is a field of instances.
type field struct {
	Name  string
	Type  byte
	Off   int // from the start of the fields in an instance's record
	Owner string
	role  role
}

// refField is a field that refers to an object.
type refField struct {
	off  int
	slot uint32 // its label
	kind graph.RefKind
}

// Labels of the references that instances and classes have besides fields.
const (
	slotClass  = 0 // an instance's class
	slotSuper  = 1
	slotLoader = 2
	slotFirst  = 3 // of the fields, and of all static fields of all classes
)

// arrayClass is the label of an array's class, behind all elements.
const arrayClass = 1<<32 - 1

// parseClass reads the record of a class; names are resolved later.
func (s *scanner) parseClass(r *record) (class, []uint64, error) {
	id := int(s.ids)
	c := class{ID: r.id, Pos: r.pos}
	b, err := s.at(r.body, 8+6*id+2)
	if err != nil {
		return c, nil, err
	}
	c.Super, c.Loader = s.ids.at(b[4:]), s.ids.at(b[4+id:])
	pos := r.body + int64(8+6*id)
	var names []uint64
	if pos, err = s.skipConstants(pos); err != nil {
		return c, nil, err
	}
	if b, err = s.at(pos, 2); err != nil {
		return c, nil, err
	}
	n := u2(b)
	pos += 2
	for range n {
		if b, err = s.at(pos, id+1); err != nil {
			return c, nil, err
		}
		size := s.ids.sizeOf(b[id])
		if b, err = s.at(pos, id+1+size); err != nil {
			return c, nil, err
		}
		names = append(names, s.ids.at(b))
		c.Statics = append(c.Statics, static{Type: b[id], Value: value(b[id+1:][:size])})
		pos += int64(id + 1 + size)
	}
	if b, err = s.at(pos, 2); err != nil {
		return c, nil, err
	}
	n = u2(b)
	if b, err = s.at(pos+2, n*(id+1)); err != nil {
		return c, nil, err
	}
	for i := range n {
		at := b[i*(id+1):]
		names = append(names, s.ids.at(at))
		c.Own = append(c.Own, field{Type: at[id]})
	}
	return c, names, nil
}

// skipConstants goes over the constants of a class, which no JVM writes.
func (s *scanner) skipConstants(pos int64) (int64, error) {
	b, err := s.at(pos, 2)
	if err != nil {
		return 0, err
	}
	pos += 2
	for n := u2(b); n > 0; n-- {
		if b, err = s.at(pos, 3); err != nil {
			return 0, err
		}
		pos += int64(3 + s.ids.sizeOf(b[2]))
	}
	return pos, nil
}

// value reads a value of 1 to 8 bytes.
func value(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// resolve lays out the fields of a class and those that it inherits: its own
// come first in an instance's record.
func (h *heap) resolve(c *class) {
	if c.fields != nil || c.Missing {
		return
	}
	c.layout = 14695981039346656037
	seen := 0
	for at := c; at != nil; at = at.super {
		if seen++; seen > maxDepth {
			break // a damaged dump can have a class below itself
		}
		for _, f := range at.Own {
			size := h.file.ids.sizeOf(f.Type)
			f.Off, f.Owner, f.role = c.bytes, at.Name, roleOf(at.Name, f.Name)
			if f.Type == typeObject {
				c.refs = append(c.refs, refField{off: f.Off, slot: slotFirst + uint32(len(c.fields)), kind: h.kindOf(at, f.Name, c)})
			}
			c.bytes += size
			c.fields = append(c.fields, f)
			for _, x := range []byte(f.Name + string(rune(f.Type))) {
				c.layout = (c.layout ^ uint64(x)) * 1099511628211
			}
		}
	}
	if c.fields == nil {
		c.fields = []field{}
	}
}

// maxDepth bounds how deep a class may be below others.
const maxDepth = 100

// kindOf is the kind of a reference in a field that class at declares, in an
// instance of c.
func (h *heap) kindOf(at *class, name string, c *class) graph.RefKind {
	if at.Name == javaReference && name == "referent" {
		return h.referent(c)
	}
	return graph.Strong
}

// referent is the kind of the reference of a java.lang.ref.Reference.
func (h *heap) referent(c *class) graph.RefKind {
	for range maxDepth {
		switch c.Name {
		case "java.lang.ref.WeakReference":
			return graph.Weak
		case "java.lang.ref.SoftReference":
			return graph.Soft
		case "java.lang.ref.PhantomReference":
			return graph.Phantom
		case "java.lang.ref.FinalReference":
			return graph.Finalizer
		}
		if c = c.super; c == nil {
			break
		}
	}
	return graph.Weak
}
