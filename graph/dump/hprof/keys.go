package hprof

import (
	"strconv"

	"github.com/refgraph/refgraph/graph"
)

// entryName names the reference of an entry to its value, by the key: hidden,
// unless values are asked for or the key is the name of an enum constant or class.
func (d *detail) entryName(n graph.NodeID, values bool) string {
	key, ok := d.key(n)
	if !ok {
		return "[…]"
	}
	return "[" + d.keyText(key, values) + "]"
}

// key returns the key of an entry.
func (d *detail) key(n graph.NodeID) (graph.NodeID, bool) {
	o, ok := d.object(n, 1<<12)
	if !ok || o.class == nil || o.tag != subInstance {
		return graph.None, false
	}
	for _, f := range o.class.fields {
		isKey := f.role == keyOf || f.Name == "referent" && f.Owner == javaReference
		if isKey && f.Type == typeObject && f.Off+int(d.h.file.ids) <= len(o.body) {
			id := d.h.file.ids.at(o.body[f.Off:])
			to, ok := d.g.Find(id)
			return to, ok && id != 0
		}
	}
	return graph.None, false
}

const javaReference = "java.lang.ref.Reference"

// keyText writes a key.
func (d *detail) keyText(n graph.NodeID, values bool) string {
	c := d.h.typeInfo(d.g.Type(n)).class
	if c == nil {
		return "…"
	}
	switch {
	case c.Name == javaLangString:
		if s, ok := d.text(n); ok && values {
			return strconv.Quote(s)
		}
		return `"…"`
	case c.is("java.lang.Enum"):
		if s, ok := d.enumName(n); ok {
			return s
		}
	case c.Name == javaLangClass:
		if o, ok := d.object(n, 0); ok && o.tag == subClass {
			return o.class.Name + ".class"
		}
	}
	if values {
		if s, ok := d.boxed(n); ok {
			return s
		}
	}
	return "…"
}

// enumName is the name of an enum constant.
func (d *detail) enumName(n graph.NodeID) (string, bool) {
	at, ok := d.follow(n, "name")
	if !ok {
		return "", false
	}
	return d.text(at)
}

// boxes are the classes that hold one primitive value.
var boxes = map[string]bool{
	"java.lang.Integer": true, "java.lang.Long": true, "java.lang.Short": true, "java.lang.Byte": true, "java.lang.Character": true,
	"java.lang.Boolean": true, "java.lang.Float": true, "java.lang.Double": true,
	"java.util.concurrent.atomic.AtomicInteger": true, "java.util.concurrent.atomic.AtomicLong": true, "java.util.concurrent.atomic.AtomicBoolean": true,
}

// boxed is the value of an object that holds one primitive value.
func (d *detail) boxed(n graph.NodeID) (string, bool) {
	o, ok := d.object(n, 64)
	if !ok || o.tag != subInstance || o.class == nil || !boxes[o.class.Name] {
		return "", false
	}
	for _, f := range o.class.fields {
		if size := d.h.file.ids.sizeOf(f.Type); f.Name == "value" && f.Off+size <= len(o.body) {
			return formatValue(f.Type, value(o.body[f.Off:][:size])), true
		}
	}
	return "", false
}
