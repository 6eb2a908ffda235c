package hprof

import (
	"bytes"
	"encoding/binary"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// kind is what the records of many objects have in common.
type kind struct {
	class     uint64 // of instances and arrays of objects
	count     uint32 // bytes of an instance's fields; 0 for arrays
	tag, elem byte
}

// kindOf is the kind of an object's record.
func kindOf(r *record) kind {
	k := kind{class: r.class, tag: r.tag, elem: r.elem}
	switch r.tag {
	case subInstance:
		k.count, k.elem = r.count, 0
	case subObjects:
		k.elem = 0
	}
	return k
}

// isArray reports whether each record has a number of elements of its own.
func (k *kind) isArray() bool { return k.tag != subInstance }

// length is that of a record with so many elements.
func (k *kind) length(size ids, count uint32) int64 {
	switch k.tag {
	case subInstance:
		return int64(9+2*size) + int64(k.count)
	case subObjects:
		return int64(9+2*size) + int64(count)*int64(size)
	case subPrimitives:
		return int64(10+size) + int64(count)*int64(primitives[k.elem].size)
	}
	return int64(10 + size)
}

// kinds numbers the kinds that one worker has met, and keeps how far their objects
// are from what is behind them.
type kinds struct {
	list  []kind
	spans []span
	known map[kind]int32
	near  [256]nearKind // of known, by hash
}

type nearKind struct {
	kind
	i int32 // number+1; 0 for none
}

// kindCost is what is kept of a kind, in bytes.
const kindCost = 250

// number returns the number of a kind.
func (k *kinds) number(x kind, src *source.Source) (int32, error) {
	near := &k.near[(x.class>>3^x.class>>11^uint64(x.elem)^uint64(x.count)<<2)&255]
	if near.i > 0 && near.kind == x {
		return near.i - 1, nil
	}
	i, ok := k.known[x]
	if !ok {
		if err := src.Charge(kindCost); err != nil {
			return 0, err
		}
		i = int32(len(k.list))
		if k.known == nil {
			k.known = map[kind]int32{}
		}
		k.known[x] = i
		k.list, k.spans = append(k.list, x), append(k.spans, newSpan())
	}
	*near = nearKind{x, i + 1}
	return i, nil
}

// brief is the objects of a part of the dump, in the order of the file, in about
// three bytes each: what the passes behind the first need of them without reading
// the dump again. Each object is the number of its kind, its elements if it is an
// array, and how far it is behind the one before it in the heap.
type brief struct {
	kinds *kinds
	pos   int64 // of the first record
	data  []byte
}

// Numbers in a brief that are no kinds.
const (
	briefGap  = 0 // bytes of other records follow
	briefKind = 1 // the first kind
)

// briefLen is about how many bytes of data a brief has at most: enough work for one
// step of a pass.
const briefLen = 256 << 10

// briefWriter writes briefs.
type briefWriter struct {
	ids  ids
	buf  []byte
	pos  int64 // where the first record of the brief begins
	next int64 // where the record before ends
	id   uint64
	list []brief
}

// add adds an object whose record ends at end.
func (w *briefWriter) add(k *kinds, i int32, r *record, end int64) {
	switch {
	case len(w.buf) == 0:
		w.pos, w.id = r.pos, 0
	case r.pos != w.next:
		w.buf = binary.AppendUvarint(append(w.buf, briefGap), uint64(r.pos-w.next))
	}
	w.buf = binary.AppendUvarint(w.buf, uint64(i)+briefKind)
	if k.list[i].isArray() {
		w.buf = binary.AppendUvarint(w.buf, uint64(r.count))
	}
	w.buf = appendDelta(w.buf, r.id, w.id)
	w.next, w.id = end, r.id
	if len(w.buf) >= briefLen {
		w.flush(k)
	}
}

// flush ends a brief.
func (w *briefWriter) flush(k *kinds) {
	if len(w.buf) > 0 {
		w.list = append(w.list, brief{k, w.pos, bytes.Clone(w.buf)})
		w.buf = w.buf[:0]
	}
}

// farID is what stands before an address as it is, where the distance is not a
// multiple of 8.
const farID = 1

// appendDelta writes how far an object is behind the one before it, in a way that
// takes little room for those that are near each other.
func appendDelta(b []byte, id, before uint64) []byte {
	d := int64(id - before)
	if d&7 != 0 {
		return binary.AppendUvarint(append(b, farID), id)
	}
	d >>= 3
	return binary.AppendUvarint(b, uint64(d<<1^d>>63)<<1)
}

// briefReader reads a brief.
type briefReader struct {
	ids  ids
	list []kind
	data []byte
	next int64

	// Of the object that was read.
	kind  int
	count uint32 // elements of an array
	id    uint64
	pos   int64
}

func (b *brief) reader(size ids) briefReader {
	return briefReader{ids: size, list: b.kinds.list, data: b.data, next: b.pos}
}

// read reads the next object.
func (r *briefReader) read() bool {
	if len(r.data) == 0 {
		return false
	}
	i := r.number()
	if i == briefGap {
		r.next += int64(r.number())
		i = r.number()
	}
	r.kind = int(i - briefKind)
	k := &r.list[r.kind]
	r.count = 0
	if k.isArray() {
		r.count = uint32(r.number())
	}
	if v := r.number(); v == farID {
		r.id = r.number()
	} else {
		v >>= 1
		r.id += (v>>1 ^ -(v & 1)) << 3
	}
	r.pos = r.next
	r.next += k.length(r.ids, r.count)
	return true
}

func (r *briefReader) number() uint64 {
	if b := r.data[0]; b < 0x80 {
		r.data = r.data[1:]
		return uint64(b)
	}
	v, n := binary.Uvarint(r.data)
	r.data = r.data[n:]
	return v
}
