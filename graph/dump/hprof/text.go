package hprof

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf16"

	"github.com/refgraph/refgraph/graph"
)

const javaLangString = "java.lang.String"

// longestText is how many bytes of a string are read.
const longestText = 200

// textParts is where the text of a java.lang.String is.
type textParts struct {
	array         graph.NodeID
	coder         byte   // 1 for UTF-16 in an array of bytes
	offset, count uint64 // of the array's elements; before JDK 7 several strings share one
}

// parts reads the fields of a string.
func (d *detail) parts(o *object) (t textParts, ok bool) {
	var chars uint64
	t.count = math.MaxUint64
	for _, f := range o.class.fields {
		size := d.h.file.ids.sizeOf(f.Type)
		if f.Off+size > len(o.body) {
			return t, false
		}
		switch v := value(o.body[f.Off:][:size]); f.Name {
		case "value":
			chars = v
		case "coder":
			t.coder = byte(v)
		case "offset":
			t.offset = v
		case "count":
			t.count = v
		}
	}
	t.array, ok = d.g.Find(chars)
	return t, ok && chars != 0
}

// text reads a java.lang.String: of Latin-1 or UTF-16 bytes since JDK 9, of
// chars before.
func (d *detail) text(n graph.NodeID) (string, bool) {
	o, ok := d.object(n, 1<<10)
	if !ok || o.class == nil || o.class.Name != javaLangString {
		return "", false
	}
	t, ok := d.parts(&o)
	if !ok {
		return "", false
	}
	a, ok := d.object(t.array, longestText)
	if !ok || a.tag != subPrimitives {
		return "", false
	}
	return decodeText(&a, t), true
}

// decodeText decodes chars, which are big-endian in a dump, Latin-1 bytes, or UTF-16
// in an array of bytes: that is in the order of the machine that wrote the dump,
// which is little-endian on all that are common.
func decodeText(a *object, t textParts) string {
	b := a.body
	if a.elem != typeChar && t.coder != 1 {
		out := make([]rune, 0, len(b))
		for _, c := range b {
			out = append(out, rune(c))
		}
		return string(out)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if a.elem == typeChar {
		order = binary.BigEndian
	}
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	units = units[min(t.offset, uint64(len(units))):]
	units = units[:min(t.count, uint64(len(units)))]
	return string(utf16.Decode(units))
}

// threadName reads the name of a thread.
func (h *heap) threadName(n graph.NodeID) string {
	d := &detail{h: h, g: h.b.Graph()}
	return d.threadName(n)
}

// threadName is the text of the field "name", which has been a char[] too.
func (d *detail) threadName(n graph.NodeID) string {
	at, ok := d.follow(n, "name")
	if !ok {
		return ""
	}
	if s, ok := d.text(at); ok {
		return s
	}
	if a, ok := d.object(at, longestText); ok && a.tag == subPrimitives && a.elem == typeChar {
		return decodeText(&a, textParts{count: math.MaxUint64})
	}
	return ""
}

// follow returns the object in a field of an instance: of the field that is
// declared lowest, if several have the name.
func (d *detail) follow(n graph.NodeID, name string) (graph.NodeID, bool) {
	return d.followIn(n, "", name)
}

// followIn is follow for the field that a certain class declares.
func (d *detail) followIn(n graph.NodeID, owner, name string) (graph.NodeID, bool) {
	o, ok := d.object(n, 1<<12)
	if !ok || o.tag != subInstance || o.class == nil {
		return graph.None, false
	}
	for _, r := range o.class.refs {
		if f := o.class.fields[r.slot-slotFirst]; f.Name == name && (owner == "" || f.Owner == owner) && f.Off+int(d.h.file.ids) <= len(o.body) {
			id := d.h.file.ids.at(o.body[f.Off:])
			to, ok := d.g.Find(id)
			return to, ok && id != 0
		}
	}
	return graph.None, false
}

// formatValue writes a primitive value.
func formatValue(typ byte, v uint64) string {
	switch typ {
	case typeBoolean:
		return strconv.FormatBool(v != 0)
	case typeChar:
		return strconv.QuoteRune(rune(v))
	case typeFloat:
		return strconv.FormatFloat(float64(math.Float32frombits(uint32(v))), 'g', -1, 32)
	case typeDouble:
		return strconv.FormatFloat(math.Float64frombits(v), 'g', -1, 64)
	case typeByte:
		return strconv.Itoa(int(int8(v)))
	case typeShort:
		return strconv.Itoa(int(int16(v)))
	case typeInt:
		return strconv.Itoa(int(int32(v)))
	}
	return strconv.FormatInt(int64(v), 10)
}
