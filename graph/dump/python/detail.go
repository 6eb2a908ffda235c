package python

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/sites"
)

// Detail is the graph.Detailer of this format's graphs, with what only Python
// dumps know. Get it by a type assertion on Graph.Detail().
type Detail struct {
	r     *reader
	notes map[graph.NodeID]string
}

func newDetailer(r *reader) *Detail {
	d := &Detail{r: r, notes: make(map[graph.NodeID]string, len(r.f.notes))}
	for _, x := range r.f.notes {
		if n, ok := r.g.Find(x.ID); ok {
			d.notes[n] = x.Text
		}
	}
	return d
}

// RefName implements graph.Detailer.
func (d *Detail) RefName(n graph.NodeID, i int, values bool) string {
	g := d.r.g
	if i < 0 || i >= len(g.Row(n)) {
		return ""
	}
	name := g.String(graph.StringID(g.Label(n, i)))
	switch {
	case name == labelItem && d.tail(n) == "seq":
		return fmt.Sprintf("[%d]", i-d.head(n))
	case values && strings.HasPrefix(name, "["):
		if text, ok := d.key(n, i); ok {
			return "[" + text + "]"
		}
	}
	return name
}

func (d *Detail) shape(n graph.NodeID) *names {
	b, k := d.r.f.object(d.r.g.Record(n))
	return &d.r.shapes[b.shapeOf(k)]
}

func (d *Detail) tail(n graph.NodeID) string { return d.shape(n).tail }

// head is how many references of n come before its items.
func (d *Detail) head(n graph.NodeID) int { return len(d.shape(n).ids) }

// key returns the key of the dict entry that reference i of n is the value of.
func (d *Detail) key(n graph.NodeID, i int) (string, bool) {
	if d.tail(n) != "dict" {
		return "", false
	}
	row := d.r.g.Row(n)
	head := d.head(n)
	m := (len(row) - head) / 2
	at := i - m
	if at < head || at >= len(row) {
		return "", false
	}
	return d.Value(row[at])
}

// Value is the object's value as Python writes it, if the dump has values.
func (d *Detail) Value(n graph.NodeID) (string, bool) {
	b, k := d.r.f.object(d.r.g.Record(n))
	text, ok := b.text(k)
	if ok && d.r.g.TypeName(n) == "str" {
		text = fmt.Sprintf("%q", text)
	}
	return text, ok
}

// ContentHash tells texts apart without telling them: equal ones of one type have
// the same. It is not known of short ones, and not in dumps of version 1.
func (d *Detail) ContentHash(n graph.NodeID) (hash uint64, ok bool) {
	b, k := d.r.f.object(d.r.g.Record(n))
	hash = b.hash(k)
	return hash, hash != 0
}

// Refcount returns the object's refcount without the dumper's own references;
// immortal objects (Python 3.12 and later) have none.
func (d *Detail) Refcount(n graph.NodeID) (count int64, ok bool) {
	k := d.r.refcount(n)
	return k, k < immortal
}

// Site returns where the object was allocated, the innermost frame first; nil if
// that is not known.
func (d *Detail) Site(n graph.NodeID) []sites.Frame {
	b, k := d.r.f.object(d.r.g.Record(n))
	if s := int(b.site(k)); s > 0 && s <= len(d.r.f.sites) {
		return d.r.f.sites[s-1]
	}
	return nil
}

// Fields implements graph.Detailer.
func (d *Detail) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	g := d.r.g
	row := g.Row(n)
	var out []graph.Field
	total := 0
	for i, to := range row {
		if g.String(graph.StringID(g.Label(n, i))) == labelKey {
			continue
		}
		total++
		if len(out) >= limit {
			continue
		}
		f := graph.Field{Name: d.RefName(n, i, values), Type: g.TypeName(to), Node: to, Kind: g.RefKind(n, i)}
		if f.Name == "" {
			f.Name = "(attributes)"
		}
		if values {
			f.Value, _ = d.Value(to)
		}
		out = append(out, f)
	}
	return out, total
}

// Describe implements graph.Detailer: the name of functions, types and modules,
// the state of coroutines, the length of containers, and where the object was
// allocated.
func (d *Detail) Describe(n graph.NodeID, values bool) string {
	var parts []string
	if note, ok := d.notes[n]; ok {
		parts = append(parts, note)
	}
	if values {
		if v, ok := d.Value(n); ok {
			parts = append(parts, v)
		}
	}
	if s := d.shape(n); s.tail != "" {
		m := len(d.r.g.Row(n)) - len(s.ids)
		if s.tail == "dict" {
			m /= 2
		}
		parts = append(parts, fmt.Sprintf("len %d", max(m, 0)))
	}
	if tb := d.Site(n); len(tb) > 0 {
		parts = append(parts, "allocated at "+tb[0].String())
	}
	return strings.Join(parts, " · ")
}
