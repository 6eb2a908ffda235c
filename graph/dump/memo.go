package dump

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/index"
)

// memo is the Detailer of a dump that is kept, or was: it remembers the names of
// references for each label of each type, and what was asked of single objects,
// and reads the dump only for the rest. It never holds values.
// Elements of one array share their names: that of the first is kept.
type memo struct {
	g    *graph.Graph
	real func() graph.Detailer // may return nil
	once sync.Once
	d    graph.Detailer

	file *index.File // where names and notes are; nil if there is none
	read sync.Once

	names map[labelKey]string // of references by the holder's type and the label

	mu    sync.Mutex
	refs  map[refKey]string       // of references whose label does not tell the name
	notes map[graph.NodeID]string // of objects
	fresh bool
}

type labelKey struct {
	Type  graph.TypeID
	Label uint32
}

type refKey struct {
	Node graph.NodeID
	Ref  uint32
}

// maxNames and maxMemo bound what is kept.
const (
	maxNames = 1 << 20
	maxMemo  = 1 << 17
)

// newMemo makes the memo of a graph, with what a file has; that may be nil.
func newMemo(g *graph.Graph, x *index.File) *memo {
	return &memo{g: g, file: x, names: map[labelKey]string{}, refs: map[refKey]string{}, notes: map[graph.NodeID]string{}}
}

// restore reads the file when the first name is asked for.
func (m *memo) restore() {
	m.read.Do(func() {
		if m.file == nil {
			return
		}
		var s memoFile
		if err := gob.NewDecoder(bytes.NewReader(m.file.Column("names"))).Decode(&s); err != nil {
			return // names are then read from the dump
		}
		for i, k := range s.Labels[:min(len(s.Labels), len(s.Names))] {
			m.names[k] = s.Names[i]
		}
		for i, k := range s.Refs[:min(len(s.Refs), len(s.RefTo))] {
			m.refs[k] = s.RefTo[i]
		}
		for i, n := range s.Nodes[:min(len(s.Nodes), len(s.Notes))] {
			m.notes[n] = s.Notes[i]
		}
	})
}

// memoFile is a memo in a file: parallel lists.
type memoFile struct {
	Labels []labelKey
	Names  []string
	Refs   []refKey
	RefTo  []string
	Nodes  []graph.NodeID
	Notes  []string
}

// columns is the reverse of newMemo.
func (m *memo) columns() graph.Columns {
	m.mu.Lock()
	defer m.mu.Unlock()
	var s memoFile
	for _, k := range sortedKeys(m.names, func(a, b labelKey) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Label, b.Label)) }) {
		s.Labels, s.Names = append(s.Labels, k), append(s.Names, m.names[k])
	}
	for _, k := range sortedKeys(m.refs, func(a, b refKey) int { return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Ref, b.Ref)) }) {
		s.Refs, s.RefTo = append(s.Refs, k), append(s.RefTo, m.refs[k])
	}
	for _, n := range sortedKeys(m.notes, func(a, b graph.NodeID) int { return cmp.Compare(a, b) }) {
		s.Nodes, s.Notes = append(s.Nodes, n), append(s.Notes, m.notes[n])
	}
	var b bytes.Buffer
	_ = gob.NewEncoder(&b).Encode(s) // of plain lists into memory
	return graph.Columns{"names": {b.Bytes()}}
}

func sortedKeys[K comparable, V any](m map[K]V, less func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, less)
	return keys
}

// learnt reports whether there is more than the file had.
func (m *memo) learnt() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fresh
}

// Unwrap returns the reader's own Detailer; nil if the dump cannot be read any
// more.
func (m *memo) Unwrap() graph.Detailer {
	d := m.reader()
	if g, ok := d.(*guarded); ok {
		return g.Detailer
	}
	return d
}

// ContentHash implements graph.Hasher; contents are not kept.
func (m *memo) ContentHash(n graph.NodeID) (hash uint64, ok bool) {
	if h, is := m.reader().(graph.Hasher); is {
		return h.ContentHash(n)
	}
	return 0, false
}

// reader is Unwrap, guarded against a dump that is cut.
func (m *memo) reader() graph.Detailer {
	m.once.Do(func() { m.d = m.real() })
	return m.d
}

// label returns what tells the name of a reference, and the index of the element
// that it is in.
func (m *memo) label(n graph.NodeID, i int) (key labelKey, element uint32) {
	key = labelKey{m.g.Type(n), m.g.Label(n, i)}
	if stride := m.g.Stride(key.Type); stride > 0 {
		key.Label, element = key.Label%stride, key.Label/stride
	}
	return key, element
}

// ofElement makes the name of a reference of one element that of another's.
func ofElement(name string, from, to uint32) string {
	if rest, ok := strings.CutPrefix(name, fmt.Sprintf("[%d]", from)); ok && from != to {
		return fmt.Sprintf("[%d]%s", to, rest)
	}
	return name
}

// single reports whether a name is kept for one reference only: its label does not
// tell it, or there are too many labels.
func (m *memo) single(name string) bool {
	return m.g.Labels() == graph.NoLabels || m.g.Labels() == graph.NameLabels && indexed(name) || len(m.names) >= maxNames
}

// indexed reports whether a name has an index in it: it may be the place in the
// row and not in the label.
func indexed(name string) bool {
	return strings.ContainsAny(name, "0123456789") && strings.Contains(name, "[")
}

// collect asks for the name of every label of every type, for the file.
func (m *memo) collect() {
	if m.g.Labels() == graph.NoLabels {
		return
	}
	d := m.reader()
	seen := make([][]bool, m.g.Types().Len())
	total := 0
	for n := range graph.NodeID(m.g.Len()) {
		if m.g.Leaf(n) {
			continue
		}
		t := m.g.Type(n)
		for i := range m.g.Row(n) {
			key, element := m.label(n, i)
			label := int(key.Label)
			if label >= maxNames || total >= maxNames || label < len(seen[t]) && seen[t][label] {
				continue
			}
			if label >= len(seen[t]) {
				seen[t] = append(seen[t], make([]bool, label+1-len(seen[t])+len(seen[t])/2)...)
			}
			seen[t][label] = true
			total++
			if name := d.RefName(n, i, false); m.g.Labels() == graph.SlotLabels || !indexed(name) {
				m.names[key] = ofElement(name, element, 0)
			}
		}
	}
	m.fresh = true
}

// RefName implements graph.Detailer.
func (m *memo) RefName(n graph.NodeID, i int, values bool) string {
	m.restore()
	if !values && i >= 0 && i < len(m.g.Row(n)) {
		if key, element := m.label(n, i); m.g.Labels() != graph.NoLabels {
			if name, ok := m.names[key]; ok {
				return ofElement(name, 0, element)
			}
		}
		m.mu.Lock()
		name, ok := m.refs[refKey{n, uint32(i)}]
		m.mu.Unlock()
		if ok {
			return name
		}
	}
	d := m.reader()
	if d == nil {
		return ""
	}
	name := d.RefName(n, i, values)
	if !values && m.single(name) {
		m.mu.Lock()
		if len(m.refs) < maxMemo {
			m.refs[refKey{n, uint32(i)}], m.fresh = name, true
		}
		m.mu.Unlock()
	}
	return name
}

// Fields implements graph.Detailer.
func (m *memo) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	if d := m.reader(); d != nil {
		return d.Fields(n, values, limit)
	}
	return nil, 0
}

// Describe implements graph.Detailer.
func (m *memo) Describe(n graph.NodeID, values bool) string {
	m.restore()
	if !values {
		m.mu.Lock()
		note, ok := m.notes[n]
		m.mu.Unlock()
		if ok {
			return note
		}
	}
	d := m.reader()
	if d == nil {
		return ""
	}
	note := d.Describe(n, values)
	if !values {
		m.mu.Lock()
		if len(m.notes) < maxMemo {
			m.notes[n], m.fresh = note, true
		}
		m.mu.Unlock()
	}
	return note
}
