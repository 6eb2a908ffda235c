package heapsnapshot

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/jsonscan"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// stringTable knows where the strings of the file are: every 32nd exactly, those
// between by reading on from there.
type stringTable struct {
	src    *source.Source
	count  int
	marks  []int64 // of the quotes that open the strings 0, 32, 64, …
	end    int64   // of the array
	pairs  []pair  // by string
	isPair graph.Bitset
	known  knownStrings
	scopes map[uint32]bool   // names of scopes: `system / Context`, `system / Context / handle`
	fields bool              // properties have the names of fields, and are no keys
	again  map[uint32]uint32 // strings that repeat one of the known ones, with that one
	number []uint32          // what a string of digits says; noNumber for others
}

// noNumber stands for a string that is no number.
const noNumber = 1<<32 - 1

const markShift = 5

// pair is a string that names a reference of a WeakMap's entry.
type pair struct {
	str   uint32
	table uint64 // id of the WeakMap's table
}

// What is kept of a string, and more of one with a meaning of its own, in bytes.
const stringCost, pairCost = 8, 32

// maxStrings is the most strings of a file: labels keep two bits beside the number.
const maxStrings = 1 << 30

// scanStrings indexes the array whose opening bracket was just read. closed is false
// if the file ends first.
func scanStrings(c *jsonscan.Cursor, src *source.Source) (t *stringTable, closed bool, err error) {
	t = &stringTable{src: src, scopes: map[uint32]bool{}, again: map[uint32]uint32{}}
	want := t.known.reset()
	for {
		switch c.Peek() {
		case ']':
			t.end = c.Pos()
			c.Skip(1)
			t.finish()
			return t, true, nil
		case ',':
			c.Skip(1)
			continue
		case '"':
		case 0:
			t.end = c.Pos()
			t.finish()
			return t, false, c.Err()
		default:
			return nil, false, t.src.Errorf(c.Pos(), "not a string in the table of strings")
		}
		at := c.Pos()
		c.Skip(1)
		text, ok := t.skip(c)
		if !ok {
			t.end = at
			t.finish()
			return t, false, c.Err()
		}
		if t.count >= maxStrings {
			return nil, false, t.src.Errorf(at, "more than %d strings", maxStrings)
		}
		cost := stringCost
		if table, ok := weakMapPair(text); ok {
			t.pairs = append(t.pairs, pair{uint32(t.count), table})
			cost += pairCost
		}
		if t.count&(1<<markShift-1) == 0 {
			t.marks = append(t.marks, at)
		}
		if len(text) <= maxKnown {
			switch at := want[string(text)]; {
			case at == nil:
			case *at == noString:
				*at = uint32(t.count)
			default:
				t.again[uint32(t.count)] = *at
				cost += pairCost
			}
		}
		if bytes.HasPrefix(text, []byte(scopeName)) && (len(text) == len(scopeName) || text[len(scopeName)] == ' ') {
			t.scopes[uint32(t.count)] = true
			cost += pairCost
		}
		if err := src.Charge(cost); err != nil {
			return nil, false, err
		}
		t.number = append(t.number, digits(text))
		t.count++
	}
}

// scopeName is what V8 calls the variables of a function that closures share.
const scopeName = "system / Context"

// digits is the number that a short string of digits is.
func digits(text []byte) uint32 {
	if len(text) == 0 || len(text) > 9 {
		return noNumber
	}
	v := uint32(0)
	for _, b := range text {
		if b -= '0'; b > 9 {
			return noNumber
		}
		v = v*10 + uint32(b)
	}
	return v
}

// index is the number that a string is, or noNumber.
func (t *stringTable) index(str uint64) uint32 {
	if str < uint64(len(t.number)) {
		return t.number[str]
	}
	return noNumber
}

// skip goes behind a string; text is what it ends with within the window.
func (t *stringTable) skip(c *jsonscan.Cursor) (text []byte, ok bool) {
	w := c.Window()
	if k := bytes.IndexByte(w, '"'); k >= 0 && bytes.IndexByte(w[:k], '\\') < 0 {
		c.Skip(k + 1)
		return w[:k], true
	}
	const enough = 1 << 10 // names of pairs are short
	return c.SkipString(enough)
}

func (t *stringTable) finish() {
	t.isPair = graph.NewBitset(t.count)
	for _, p := range t.pairs {
		t.isPair.Add(graph.NodeID(p.str))
	}
}

// weakMapPair parses the name of a reference that a WeakMap's entry makes:
// `5 / part of key (Session @6163) -> value (Object @6153) pair in WeakMap (table @138439)`.
func weakMapPair(name []byte) (table uint64, ok bool) {
	if len(name) < 40 || name[len(name)-1] != ')' {
		return 0, false
	}
	const head, tail = " / part of key (", " pair in WeakMap (table @"
	i := bytes.LastIndex(name, []byte(tail))
	if i < 0 || !bytes.Contains(name[:i], []byte(head)) {
		return 0, false
	}
	table, err := strconv.ParseUint(string(name[i+len(tail):len(name)-1]), 10, 64)
	return table, err == nil
}

// table returns the id of the WeakMap's table if the string names a pair's reference.
func (t *stringTable) table(str uint32) (id uint64, ok bool) {
	if int64(str) >= int64(t.count) || !t.isPair.Has(graph.NodeID(str)) {
		return 0, false
	}
	i, ok := slices.BinarySearchFunc(t.pairs, str, func(p pair, s uint32) int { return cmp.Compare(p.str, s) })
	if !ok {
		return 0, false
	}
	return t.pairs[i].table, true
}

// maxText is how much of a string is read to show it.
const maxText = 4096

// get reads a string; what is longer than maxText is cut. "" if there is no such
// string. It reads up to 32 strings.
func (t *stringTable) get(str uint32) string {
	if int64(str) >= int64(t.count) {
		return ""
	}
	c := jsonscan.Glance(t.src, t.marks[str>>markShift])
	for skip := str & (1<<markShift - 1); ; skip-- {
		for c.Peek() == ',' {
			c.Skip(1)
		}
		if !c.Take('"') {
			return ""
		}
		if skip == 0 {
			text, _ := c.SkipString(maxText)
			return jsonscan.Unquote(text)
		}
		if _, ok := c.SkipString(0); !ok {
			return ""
		}
	}
}

// knownStrings is where the names are that the reader needs to know.
type knownStrings struct {
	elements, properties, table, context, previous, shared, script, debugInfo, constructor, object, bound, sloppy uint32

	// These are Julia's.
	bindings, partitions, restriction, binding, memory, globalref, name, value uint32
}

// first is the string itself, or the known one that it repeats: V8 writes no string
// twice, Julia does.
func (t *stringTable) first(str uint64) uint32 {
	if str >= uint64(t.count) {
		return noString - 1 // which no string has
	}
	if first, ok := t.again[uint32(str)]; ok {
		return first
	}
	return uint32(str)
}

// maxKnown is the length of the longest of them.
const maxKnown = len("script_or_debug_info")

// fields are the places by the strings that they are for.
func (k *knownStrings) fields() map[string]*uint32 {
	return map[string]*uint32{
		"elements": &k.elements, "properties": &k.properties, "table": &k.table, "context": &k.context, "previous": &k.previous,
		"shared": &k.shared, "script": &k.script, "script_or_debug_info": &k.debugInfo,
		"constructor": &k.constructor, "Object": &k.object, "bound_function": &k.bound, "sloppy_function_map": &k.sloppy,
		"bindings": &k.bindings, "partitions": &k.partitions, "restriction": &k.restriction, "<binding>": &k.binding, "ref.mem": &k.memory,
		"globalref": &k.globalref, "name": &k.name, "value": &k.value,
	}
}

// reset says that none is known, and returns the fields.
func (k *knownStrings) reset() map[string]*uint32 {
	m := k.fields()
	for _, at := range m {
		*at = noString
	}
	return m
}

// noString stands for a string that the file does not have.
const noString = 1<<32 - 1

// isPairName reports whether a string names a reference of a WeakMap's entry.
func (t *stringTable) isPairName(str uint64) bool {
	return str < uint64(t.count) && t.isPair.Has(graph.NodeID(str))
}
