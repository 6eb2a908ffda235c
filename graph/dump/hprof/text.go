package hprof

import (
	"math"
	"strconv"
	"unicode/utf16"

	"github.com/refgraph/refgraph/graph"
)

const javaLangString = "java.lang.String"

// longestText is how many bytes of a string are read.
const longestText = 200

// text reads a java.lang.String: of Latin-1 or UTF-16 bytes since JDK 9, of
// chars before.
func (d *detail) text(n graph.NodeID) (string, bool) {
	o, ok := d.object(n, 1<<10)
	if !ok || o.class == nil || o.class.Name != javaLangString {
		return "", false
	}
	var chars uint64
	var coder, offset, count uint64
	count = math.MaxUint64
	for _, f := range o.class.fields {
		size := d.h.file.ids.sizeOf(f.Type)
		if f.Off+size > len(o.body) {
			return "", false
		}
		switch v := value(o.body[f.Off:][:size]); f.Name {
		case "value":
			chars = v
		case "coder":
			coder = v
		case "offset":
			offset = v
		case "count":
			count = v
		}
	}
	at, ok := d.g.Find(chars)
	if !ok || chars == 0 {
		return "", false
	}
	a, ok := d.object(at, longestText)
	if !ok || a.tag != subPrimitives {
		return "", false
	}
	wide := a.elem == typeChar || coder == 1
	return decodeText(a.body, wide, offset, count), true
}

// decodeText decodes big-endian chars, or Latin-1 bytes. The UTF-16 of a byte[] is
// in the order of the machine that wrote the dump, which is little-endian on all
// that are common.
func decodeText(b []byte, wide bool, offset, count uint64) string {
	if !wide {
		out := make([]rune, 0, len(b))
		for _, c := range b {
			out = append(out, rune(c))
		}
		return string(out)
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	units = units[min(offset, uint64(len(units))):]
	units = units[:min(count, uint64(len(units)))]
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
		return decodeText(a.body, true, 0, math.MaxUint64)
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
