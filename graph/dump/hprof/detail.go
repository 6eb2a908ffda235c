package hprof

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// detail is the graph's Detailer.
type detail struct {
	h *heap
	g *graph.Graph
}

// object is the record of an object, read again.
type object struct {
	tag   byte
	elem  byte
	count int
	class *class // of instances and arrays of objects, and the class itself
	body  []byte // the fields, or as much of the elements as was asked for
}

// object reads the record of n, and at most limit bytes of its body.
func (d *detail) object(n graph.NodeID, limit int) (object, bool) {
	var r record
	s := scanner{window: window{src: d.h.src}, ids: d.h.file.ids}
	pos := d.g.Record(n)
	id := int(s.ids)
	b, err := d.h.src.Slice(pos, int(min(64, max(0, d.h.src.Size-pos))))
	if err != nil || len(b) < 10+id {
		return object{}, false
	}
	r.tag = b[0]
	o := object{tag: r.tag}
	var head, size int
	switch r.tag {
	case subClass:
		o.class = d.h.byID[s.ids.at(b[1:])]
		return o, o.class != nil
	case subInstance:
		if len(b) < 9+2*id {
			return o, false
		}
		o.count = int(u4(b[5+2*id:]))
		o.class = d.h.byID[s.ids.at(b[5+id:])]
		head, size = 9+2*id, o.count
	case subObjects:
		if len(b) < 9+2*id {
			return o, false
		}
		o.count = int(u4(b[5+id:]))
		o.class = d.h.byID[s.ids.at(b[9+id:])]
		head, size = 9+2*id, o.count*id
	case subPrimitives, subNoData:
		o.count, o.elem = int(u4(b[5+id:])), b[9+id]
		if o.elem >= byte(len(primitives)) {
			return o, false
		}
		head = 10 + id
		if r.tag == subPrimitives {
			size = o.count * primitives[o.elem].size
		}
	default:
		return o, false
	}
	o.body, err = d.h.src.Slice(pos+int64(head), min(size, limit))
	return o, err == nil
}

// RefName implements graph.Detailer.
func (d *detail) RefName(n graph.NodeID, i int, values bool) string {
	if i < 0 || i >= len(d.g.Row(n)) {
		return ""
	}
	label := d.g.Label(n, i)
	t := d.h.typeInfo(d.g.Type(n))
	switch t.shape {
	case elements:
		if label == arrayClass {
			return " (class)"
		}
		if t.parts {
			return ""
		}
		return "[" + strconv.FormatUint(uint64(label), 10) + "]"
	case classes:
		return d.h.staticName(label)
	}
	if label == slotClass {
		return " (class)"
	}
	if label >= localStatic {
		return d.localName(label)
	}
	if k := int(label) - slotFirst; t.class != nil && k >= 0 && k < len(t.class.fields) {
		return d.fieldName(n, &t.class.fields[k], values)
	}
	return ""
}

// fieldName names a field of an instance as people write it.
func (d *detail) fieldName(n graph.NodeID, f *field, values bool) string {
	switch f.role {
	case inside:
		return ""
	case keyOf:
		return " (key)"
	case valueOf:
		return d.entryName(n, values)
	case elemOf:
		return "[…]"
	}
	return "." + f.Name
}

// staticName names a reference of a class.
func (h *heap) staticName(label uint32) string {
	switch label {
	case slotSuper:
		return " (superclass)"
	case slotLoader:
		return " (class loader)"
	}
	if k := int(label) - slotFirst; k >= 0 && k < len(h.statics) {
		s := h.statics[k]
		return " (static " + s.class.Name + "." + s.class.Statics[s.i].Name + ")"
	}
	return ""
}

// Fields implements graph.Detailer.
func (d *detail) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	const most = 1 << 20
	o, ok := d.object(n, most)
	if !ok {
		return nil, 0
	}
	switch o.tag {
	case subClass:
		return d.staticFields(o.class, values, limit)
	case subInstance:
		if o.class == nil {
			return nil, 0
		}
		return d.instanceFields(&o, n, values, limit)
	case subObjects:
		id := d.h.file.ids
		var out []graph.Field
		for i := 0; i < min(limit, o.count) && (i+1)*int(id) <= len(o.body); i++ {
			out = append(out, d.reference(fmt.Sprintf("[%d]", i), id.at(o.body[i*int(id):]), graph.Strong))
		}
		return out, o.count
	case subPrimitives:
		p := primitives[o.elem]
		var out []graph.Field
		for i := 0; values && i < min(limit, o.count) && (i+1)*p.size <= len(o.body); i++ {
			out = append(out, graph.Field{Name: fmt.Sprintf("[%d]", i), Type: p.name, Value: formatValue(o.elem, value(o.body[i*p.size:][:p.size])), Node: graph.None})
		}
		return out, o.count
	}
	return nil, 0
}

// reference makes a field that refers to an object.
func (d *detail) reference(name string, id uint64, kind graph.RefKind) graph.Field {
	f := graph.Field{Name: name, Node: graph.None, Kind: kind}
	if n, ok := d.g.Find(id); ok && id != 0 {
		f.Node, f.Type = n, d.g.TypeName(n)
	}
	return f
}

func (d *detail) instanceFields(o *object, n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	var out []graph.Field
	kinds := map[int]graph.RefKind{}
	for _, r := range o.class.refs {
		kinds[r.off] = r.kind
	}
	for _, x := range o.class.fields[:min(limit, len(o.class.fields))] {
		size := d.h.file.ids.sizeOf(x.Type)
		if x.Off+size > len(o.body) {
			break
		}
		v := value(o.body[x.Off:][:size])
		out = append(out, d.field(x.Name, x.Type, v, kinds[x.Off], values))
	}
	return out, len(o.class.fields)
}

func (d *detail) field(name string, typ byte, v uint64, kind graph.RefKind, values bool) graph.Field {
	if typ == typeObject {
		return d.reference("."+name, v, kind)
	}
	f := graph.Field{Name: "." + name, Type: nameOf(typ), Node: graph.None}
	if values && f.Type != "" {
		f.Value = formatValue(typ, v)
	}
	return f
}

func (d *detail) staticFields(c *class, values bool, limit int) ([]graph.Field, int) {
	var out []graph.Field
	for _, s := range c.Statics[:min(limit, len(c.Statics))] {
		f := d.field(s.Name, s.Type, s.Value, graph.Strong, values)
		f.Name = "static " + s.Name
		out = append(out, f)
	}
	return out, len(c.Statics)
}

// Describe implements graph.Detailer.
func (d *detail) Describe(n graph.NodeID, values bool) string {
	o, ok := d.object(n, 0)
	if !ok {
		return ""
	}
	switch o.tag {
	case subClass:
		return "class " + o.class.Name
	case subObjects, subPrimitives, subNoData:
		return fmt.Sprintf("length %d", o.count)
	}
	if o.class == nil {
		return ""
	}
	if what, ok := d.g.Bound(n); ok {
		return what
	}
	return d.note(n, o.class, values)
}

// note says what an instance is.
func (d *detail) note(n graph.NodeID, c *class, values bool) string {
	switch {
	case c.is("java.lang.Enum"):
		s, _ := d.enumName(n)
		return s
	case c.is("java.lang.Thread"):
		return strconv.Quote(d.threadName(n))
	case strings.Contains(c.Name, "$$Lambda"):
		owner, _, _ := strings.Cut(c.Name, "$$Lambda")
		return "lambda in " + owner
	case !values:
	case c.Name == javaLangString:
		if s, ok := d.text(n); ok {
			return strconv.Quote(s)
		}
	default:
		s, _ := d.boxed(n)
		return s
	}
	return ""
}
