package heapsnapshot

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/graph"
)

// detail is the graph.Detailer: it reads edges and strings of the file again.
type detail struct {
	r *reader

	mu    sync.Mutex
	at    graph.NodeID // the node whose edges were read last
	edges []edge
}

func newDetail(r *reader) *detail {
	r.owners, r.first, r.f.strings.number = nil, nil, nil
	return &detail{r: r, at: graph.None}
}

// edge reads edge i of a node again. The edges of one node stay until another is
// asked for: long arrays are asked for element by element.
func (d *detail) edge(n graph.NodeID, i int) (edge, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at != n {
		list, err := newEdgeReader(d.r).row(n)
		if err != nil {
			return edge{}, false
		}
		d.at, d.edges = n, list
	}
	if i < 0 || i >= len(d.edges) {
		return edge{}, false
	}
	return d.edges[i], true
}

// RefName implements graph.Detailer.
func (d *detail) RefName(n graph.NodeID, i int, values bool) string {
	g, t := d.r.g, d.r.f.strings
	row := g.Row(n)
	if i < 0 || i >= len(row) {
		return ""
	}
	l := label(g.Label(n, i))
	switch {
	case l == labelElement:
		if e, ok := d.edge(n, i); ok {
			if e.kind == edgeElement && e.name == unknownIndex {
				break
			}
			if e.kind == edgeElement {
				return fmt.Sprintf("[%d]", e.name)
			}
			if at, err := strconv.ParseUint(t.get(uint32(e.name)), 10, 32); err == nil {
				return fmt.Sprintf("[%d]", at)
			}
		}
	case values && l == labelKeyed:
		if e, ok := d.edge(n, i); ok && e.kind == edgeProperty {
			return fmt.Sprintf("[%q]", t.get(uint32(e.name)))
		}
		return d.keyOf(n, i, l)
	case values && (l == labelEntry || l == labelOther):
		return d.keyOf(n, i, l)
	case values && l&3 == tagProperty && !t.fields:
		if name := t.name(l); name != fixedNames[labelKeyed>>2] {
			return name
		}
		return fmt.Sprintf("[%q]", t.get(uint32(l>>2)))
	}
	return t.name(l)
}

// unknownIndex is Julia's place of an element whose place it does not know.
const unknownIndex = 1<<64 - 1

// keyOf names a map's value by its key, which is the reference before it.
func (d *detail) keyOf(n graph.NodeID, i int, l label) string {
	g := d.r.g
	if i == 0 || label(g.Label(n, i-1)) != labelKey {
		return d.r.f.strings.name(l)
	}
	if v, ok := d.value(g.Row(n)[i-1]); ok {
		return "[" + v + "]"
	}
	return fmt.Sprintf("[@%d]", g.Address(g.Row(n)[i-1]))
}

// maxShown is how much of a value is shown, in bytes.
const maxShown = 120

// value is the value of a string, number or the like as a program writes it.
func (d *detail) value(n graph.NodeID) (string, bool) {
	text := d.r.nodeName(n)
	cut := ""
	if len(text) > maxShown {
		text, cut = strings.ToValidUTF8(text[:maxShown], ""), "…"
	}
	switch d.r.kind[n] {
	case nodeString, nodeCons, nodeSliced:
		return strconv.Quote(text) + cut, true
	case nodeNumber, nodeBigint, nodeRegexp:
		return text + cut, text != "" && text != "heap number" && text != "bigint"
	}
	return "", false
}

// Fields implements graph.Detailer.
func (d *detail) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	g := d.r.g
	row := g.Row(n)
	var out []graph.Field
	for i, to := range row[:min(limit, len(row))] {
		f := graph.Field{Name: d.RefName(n, i, values), Type: g.TypeName(to), Node: to, Kind: g.RefKind(n, i)}
		if f.Name == "" {
			f.Name = d.plumbing(n, i)
		}
		if values {
			f.Value, _ = d.value(to)
		}
		out = append(out, f)
	}
	return out, len(row)
}

// Value implements graph.Equals: V8 writes the text of a string as its name, once for all
// that are equal. It cuts long ones, so the size counts too.
func (d *detail) Value(n graph.NodeID) (uint64, bool) {
	size := d.r.g.Size(n)
	if d.r.kind[n] != nodeString || size == 0 || size > 1<<32-1 {
		return 0, false
	}
	return uint64(d.r.name[n])<<32 | size, true
}

// plumbing names a reference within a container, which has no name in a path.
func (d *detail) plumbing(n graph.NodeID, i int) string {
	if l := label(d.r.g.Label(n, i)); l&3 == tagInternal {
		return "(" + d.r.f.strings.get(uint32(l>>2)) + ")"
	}
	return "(inside)"
}

// Describe implements graph.Detailer.
func (d *detail) Describe(n graph.NodeID, values bool) string {
	r := d.r
	switch r.kind[n] {
	case nodeClosure:
		if at, ok := r.files.location(n); ok {
			return r.files.name[at.script]
		}
	case nodeDataType:
		return r.nodeName(n)
	case nodeObject:
		switch r.g.TypeName(n) {
		case "Array":
			return fmt.Sprintf("len %d", d.count(n, func(l label) bool { return l == labelElement }))
		case "system / Context":
			return d.variables(n)
		}
	case nodeString, nodeCons, nodeSliced, nodeNumber, nodeBigint, nodeRegexp:
		if values {
			v, _ := d.value(n)
			return v
		}
	case nodeNative:
		if r.detached != nil && r.detached[n] == 2 && strings.HasPrefix(r.g.TypeName(n), detachedPrefix) {
			return "in no document"
		}
	}
	return ""
}

func (d *detail) count(n graph.NodeID, want func(label) bool) (k int) {
	for i := range d.r.g.Row(n) {
		if want(label(d.r.g.Label(n, i))) {
			k++
		}
	}
	return k
}

// variables lists the variables of a scope.
func (d *detail) variables(n graph.NodeID) string {
	var names []string
	for i := range d.r.g.Row(n) {
		if l := label(d.r.g.Label(n, i)); l&3 == tagContext {
			if len(names) == 5 {
				names = append(names, "…")
				break
			}
			names = append(names, d.r.f.strings.get(uint32(l>>2)))
		}
	}
	return strings.Join(names, ", ")
}
