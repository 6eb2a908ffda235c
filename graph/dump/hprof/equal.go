package hprof

import (
	"hash/maphash"
	"math"

	"github.com/refgraph/refgraph/graph"
)

// seed is the same for all objects that are compared.
var seed = maphash.MakeSeed()

// ContentHash implements graph.Hasher, of strings, by their text, and of arrays of
// numbers. An array of zeros only is one that nobody has written to: it is no copy.
func (d *detail) ContentHash(n graph.NodeID) (hash uint64, ok bool) {
	o, ok := d.object(n, math.MaxInt32)
	if !ok {
		return 0, false
	}
	if o.tag == subPrimitives {
		return hashOf(o.body, o.elem)
	}
	if o.class == nil || o.class.Name != javaLangString {
		return 0, false
	}
	t, ok := d.parts(&o)
	if !ok {
		return 0, false
	}
	a, ok := d.object(t.array, math.MaxInt32)
	if !ok || a.tag != subPrimitives {
		return 0, false
	}
	b, size := a.body, uint64(primitives[a.elem].size)
	if from := t.offset * size; from <= uint64(len(b)) {
		b = b[from:]
	}
	if t.count < uint64(len(b))/size {
		b = b[:t.count*size]
	}
	return hashOf(b, a.elem+t.coder<<4)
}

// hashOf is the hash of an array's elements, which are of some type.
func hashOf(b []byte, typ byte) (uint64, bool) {
	for _, c := range b {
		if c != 0 {
			const odd = 0x9e3779b97f4a7c15 // tells types apart
			return maphash.Bytes(seed, b) + uint64(typ)*odd, true
		}
	}
	return 0, false
}
