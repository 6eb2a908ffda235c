package hprof

import (
	"encoding/binary"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// dumpWriter writes HPROF files by hand, for what no JVM at hand writes.
type dumpWriter struct {
	ids  int
	out  []byte
	heap []byte // of the segment that is being written
	next uint64 // string
}

func newDump(version string, ids int) *dumpWriter {
	w := &dumpWriter{ids: ids, next: 1000}
	w.out = append(w.out, "JAVA PROFILE "+version+"\x00"...)
	w.out = binary.BigEndian.AppendUint32(w.out, uint32(ids))
	w.out = binary.BigEndian.AppendUint64(w.out, 1_700_000_000_000)
	return w
}

func (w *dumpWriter) id(b []byte, v uint64) []byte {
	if w.ids == 4 {
		return binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return binary.BigEndian.AppendUint64(b, v)
}

func (w *dumpWriter) record(tag byte, body []byte) {
	w.out = append(w.out, tag, 0, 0, 0, 0)
	w.out = binary.BigEndian.AppendUint32(w.out, uint32(len(body)))
	w.out = append(w.out, body...)
}

// str writes a string and returns its id.
func (w *dumpWriter) str(s string) uint64 {
	w.next++
	w.record(tagString, append(w.id(nil, w.next), s...))
	return w.next
}

// field of a class: its name and type, and the value if it is static.
type testField struct {
	name  string
	typ   byte
	value uint64
}

// class writes a class with its name; the record of the heap comes with the next
// segment.
func (w *dumpWriter) class(id, super uint64, name string, statics, own []testField) {
	b := binary.BigEndian.AppendUint32(nil, uint32(id))
	b = w.id(b, id)
	b = binary.BigEndian.AppendUint32(b, 0)
	w.record(tagLoadClass, w.id(b, w.str(name)))
	names := map[string]uint64{}
	for _, f := range append(append([]testField{}, statics...), own...) {
		names[f.name] = w.str(f.name)
	}
	h := w.id([]byte{subClass}, id)
	h = append(h, 0, 0, 0, 0)
	for _, x := range []uint64{super, 0, 0, 0, 0, 0} {
		h = w.id(h, x)
	}
	h = append(h, 0, 0, 0, 16, 0, 0)
	h = binary.BigEndian.AppendUint16(h, uint16(len(statics)))
	for _, f := range statics {
		h = append(w.id(h, names[f.name]), f.typ)
		h = w.value(h, f.typ, f.value)
	}
	h = binary.BigEndian.AppendUint16(h, uint16(len(own)))
	for _, f := range own {
		h = append(w.id(h, names[f.name]), f.typ)
	}
	w.heap = append(w.heap, h...)
}

func (w *dumpWriter) value(b []byte, typ byte, v uint64) []byte {
	n := ids(w.ids).sizeOf(typ)
	var full [8]byte
	binary.BigEndian.PutUint64(full[:], v)
	return append(b, full[8-n:]...)
}

func (w *dumpWriter) instance(id, class uint64, fields ...testField) {
	var body []byte
	for _, f := range fields {
		body = w.value(body, f.typ, f.value)
	}
	h := append(w.id([]byte{subInstance}, id), 0, 0, 0, 0)
	h = binary.BigEndian.AppendUint32(w.id(h, class), uint32(len(body)))
	w.heap = append(w.heap, append(h, body...)...)
}

func (w *dumpWriter) objects(id, class uint64, elems ...uint64) {
	h := append(w.id([]byte{subObjects}, id), 0, 0, 0, 0)
	h = w.id(binary.BigEndian.AppendUint32(h, uint32(len(elems))), class)
	for _, e := range elems {
		h = w.id(h, e)
	}
	w.heap = append(w.heap, h...)
}

func (w *dumpWriter) bytes(id uint64, data []byte) {
	h := append(w.id([]byte{subPrimitives}, id), 0, 0, 0, 0)
	h = append(binary.BigEndian.AppendUint32(h, uint32(len(data))), typeByte)
	w.heap = append(w.heap, append(h, data...)...)
}

// root writes a root with what it has besides the object, in u4s.
func (w *dumpWriter) root(tag byte, id uint64, more ...uint32) {
	w.heap = w.id(append(w.heap, tag), id)
	for _, x := range more {
		w.heap = binary.BigEndian.AppendUint32(w.heap, x)
	}
}

// segment ends a segment, with a tag of its own.
func (w *dumpWriter) segment(tag byte) {
	w.record(tag, w.heap)
	w.heap = nil
}

func (w *dumpWriter) end() []byte {
	if w.heap != nil {
		w.segment(tagSegment)
		w.record(tagDumpEnd, nil)
	}
	return w.out
}

func (w *dumpWriter) source() *source.Source {
	return source.FromBytes("test.hprof", w.end(), source.Options{Workers: 1})
}

// Addresses of the classes of a tiny dump.
const (
	aObject, aClass, aString, aNode, aArray = 0x1000, 0x1080, 0x1100, 0x1180, 0x1200
)

// tiny is a dump with two nodes in an array that a static field holds.
func tiny(version string, idSize int) *dumpWriter {
	w := newDump(version, idSize)
	w.class(aObject, 0, "java/lang/Object", nil, nil)
	w.class(aClass, aObject, "java/lang/Class", nil, nil)
	w.class(aString, aObject, "java/lang/String", nil, []testField{{"value", typeObject, 0}, {"hash", typeInt, 0}})
	w.class(aNode, aObject, "app/Node", []testField{{"HEAD", typeObject, 0x2000}, {"COUNT", typeInt, 7}},
		[]testField{{"next", typeObject, 0}, {"size", typeShort, 0}})
	w.class(aArray, aObject, "[Lapp/Node;", nil, nil)
	w.objects(0x2000, aArray, 0x2020, 0, 0x2040)
	w.instance(0x2020, aNode, testField{typ: typeObject, value: 0x2040}, testField{typ: typeShort, value: 1})
	w.instance(0x2040, aNode, testField{typ: typeObject, value: 0}, testField{typ: typeShort, value: 2})
	w.bytes(0x2060, []byte("not reached"))
	w.root(subStickyClass, aNode)
	return w
}
