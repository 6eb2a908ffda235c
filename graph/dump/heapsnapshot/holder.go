package heapsnapshot

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// holder names the references of one node, whose edges it knows.
type holder struct {
	r     *reader
	n     graph.NodeID
	edges []edge
	keyed bool // the names of its properties are keys

	inside  insideKind
	entries uint32 // of a table: where they start
	key     uint32 // of a table: index of the last key
	keyNode graph.NodeID
	named   []edge // of a properties array: the properties of its owner
	global  uint32 // of a binding: the name of its variable

	other *edgeReader // for the owner
}

// insideKind says which inside of an object a node is.
type insideKind uint8

const (
	noInside     insideKind = iota
	mapTable                // of a Map: key, value, chain
	setTable                // of a Set: key, chain
	dictionary              // of an object's properties: key, value, details
	fastProperty            // of an object's properties: values only
)

// reset takes the next node.
func (h *holder) reset(n graph.NodeID, edges []edge) {
	*h = holder{r: h.r, other: h.other, n: n, edges: edges, key: noNumber, global: noString}
	switch h.r.kind[n] {
	case nodeBinding:
		h.global = h.r.global(edges, h.other)
	case nodeArray, nodeHidden, nodeNative:
		h.isInside()
	case nodeObject:
		h.keyed = h.r.isDictionary(edges) && h.r.isPlain(n, edges)
	}
}

// isDictionary reports whether the properties are in a hash table.
func (r *reader) isDictionary(edges []edge) bool {
	at := slices.IndexFunc(edges, func(e edge) bool { return e.kind == edgeInternal && e.name == uint64(r.f.strings.known.properties) })
	return at >= 0 && r.kind[edges[at].to] == nodeArray
}

// minKeys is how many properties an object in a hash table has if they are keys of a
// map rather than fields.
const minKeys = 16

// isPlain reports whether a node is an object literal with many properties, and no
// prototype. One with methods is no map: functions that are named as what they are kept
// in, which a program's text has names for.
func (r *reader) isPlain(n graph.NodeID, edges []edge) bool {
	known := &r.f.strings.known
	if r.name[n] != known.object {
		return false
	}
	properties, methods := 0, 0
	for _, e := range edges {
		if e.kind == edgeProperty {
			if e.name == uint64(known.constructor) {
				return false
			}
			properties++
			if r.kind[e.to] == nodeClosure && uint64(r.name[e.to]) == e.name {
				methods++
			}
		}
	}
	return properties >= minKeys && methods < minMethods
}

// minMethods is how many methods make an object one that code has names for.
const minMethods = 3

// isInside finds out which inside of what the node is.
func (h *holder) isInside() {
	r := h.r
	i, ok := slices.BinarySearchFunc(r.owners, h.n, func(o owner, n graph.NodeID) int { return cmp.Compare(o.inside, n) })
	if !ok {
		return
	}
	if r.owners[i].table {
		h.inside, h.entries = tableOf(r.g.Size(h.n))
		return
	}
	edges, err := h.other.row(r.owners[i].holder)
	if err != nil {
		return // its own row tells
	}
	owner := r.owners[i].holder
	if r.kind[h.n] == nodeArray {
		h.inside, h.keyed = dictionary, r.kind[owner] == nodeObject && r.isPlain(owner, edges)
		return
	}
	h.inside = fastProperty
	for _, e := range edges {
		if e.kind == edgeProperty {
			h.named = append(h.named, e)
		}
	}
	slices.SortStableFunc(h.named, func(a, b edge) int { return cmp.Compare(a.to, b.to) })
}

// tableOf tells the table of a Map from that of a Set by its size in bytes, and where
// its entries start: it has 3 numbers, the buckets, and two entries for each bucket.
func tableOf(size uint64) (insideKind, uint32) {
	for _, word := range []uint64{8, 4} {
		if size < 2*word || (size-2*word)%word != 0 {
			continue
		}
		slots := (size - 2*word) / word
		for kind, width := range map[insideKind]uint64{mapTable: 7, setTable: 5} {
			if buckets := (slots - 3) / width; slots > 3 && slots == 3+buckets*width && bits.OnesCount64(buckets) == 1 {
				return kind, uint32(3 + buckets)
			}
		}
	}
	return noInside, 0
}

// write writes the reference of edge i with its name and kind. The edges must be asked
// for in order.
func (h *holder) write(w *graph.RowWriter, i int) {
	to := h.edges[i].to
	l, kind := h.reference(i)
	if kind != graph.Ephemeron {
		w.AddKind(to, uint32(l), kind)
		return
	}
	table := graph.None
	if id, ok := h.r.f.strings.table(uint32(h.edges[i].name)); ok {
		if n, ok := h.r.g.Find(id); ok {
			table = n
		}
	}
	w.AddEphemeron(to, uint32(l), table)
}

// reference names edge i, and says of what kind it is.
func (h *holder) reference(i int) (label, graph.RefKind) {
	e, t := &h.edges[i], h.r.f.strings
	if h.r.f.julia != nil {
		if l, ok := h.juliaReference(e); ok {
			return l, graph.Strong
		}
	}
	switch e.kind {
	case edgeElement:
		return labelElement, graph.Strong
	case edgeProperty:
		if h.keyed {
			return labelKeyed, graph.Strong
		}
		return stringLabel(uint32(e.name), tagProperty), graph.Strong
	case edgeContext:
		return stringLabel(uint32(e.name), tagContext), graph.Strong
	case edgeHidden:
		if h.inside == fastProperty {
			return h.property(e.to), graph.Strong
		}
		if t.scopes[h.r.name[h.n]] && h.r.kind[h.n] == nodeObject {
			return labelVariable, graph.Strong
		}
		return labelHidden, graph.Strong
	case edgeWeak:
		if t.index(e.name) != noNumber {
			return labelWeak, graph.Weak
		}
		return stringLabel(uint32(e.name), tagInternal), graph.Weak
	}
	if t.isPairName(e.name) {
		if table, ok := t.table(uint32(e.name)); ok {
			if table == h.r.g.Address(h.n) {
				return labelPairTable, graph.Weak // the reference from the key retains
			}
			return labelPair, graph.Ephemeron
		}
	}
	if at := t.index(e.name); at != noNumber {
		return h.slot(at, e), graph.Strong
	}
	return stringLabel(uint32(e.name), tagInternal), graph.Strong
}

// property is the label of what an object's fast property leads to.
func (h *holder) property(to graph.NodeID) label {
	if i, ok := slices.BinarySearchFunc(h.named, to, func(e edge, n graph.NodeID) int { return cmp.Compare(e.to, n) }); ok {
		return stringLabel(uint32(h.named[i].name), tagProperty)
	}
	return labelHidden
}

// slot is the label of a numbered slot of an inside.
func (h *holder) slot(at uint32, e *edge) label {
	r := h.r
	switch h.inside {
	case mapTable, setTable:
		if at < h.entries {
			return labelHidden
		}
		if h.inside == setTable {
			return labelMember
		}
		switch (at - h.entries) % 3 {
		case 0:
			h.key, h.keyNode = at, e.to
			return labelKey
		case 1:
			if h.key == at-1 && isText(r.kind[h.keyNode]) {
				return labelEntry
			}
			return labelOther
		}
		return labelHidden
	case dictionary:
		if h.key == noNumber || at != h.key+1 {
			h.key, h.keyNode = at, e.to
			return labelKey
		}
		switch {
		case h.keyed:
			return labelKeyed
		case r.kind[h.keyNode] == nodeString:
			return stringLabel(r.name[h.keyNode], tagProperty)
		}
		return labelNone
	}
	if r.kind[h.n] == nodeArray {
		return labelElement
	}
	return labelHidden
}

func isText(k nodeKind) bool { return k == nodeString || k == nodeCons || k == nodeSliced }
