package ruby

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// detail is the graph.Detailer: it reads lines again.
type detail struct {
	r     *reader
	known map[string]field
}

func newDetail(r *reader) *detail { return &detail{r, fields()} }

// RefName implements graph.Detailer.
func (d *detail) RefName(n graph.NodeID, i int, values bool) string {
	g := d.r.g
	row := g.Row(n)
	if i < 0 || i >= len(row) {
		return ""
	}
	name := g.String(graph.StringID(g.Label(n, i)))
	switch {
	case name == nameElement:
		return fmt.Sprintf("[%d]", i)
	case values && name == nameKeyed && i > 0:
		if v, ok := d.value(row[i-1]); ok {
			return "[" + v + "]"
		}
	}
	return name
}

// shown is what is shown of a line.
type shown struct {
	value, file, method, generation string
	line, length                    uint64
	sized                           bool
}

func (d *detail) read(n graph.NodeID) (out shown) {
	p, err := lineAt(d.r.f.src, d.r.g.Record(n))
	s := scanner{known: d.known}
	if err != nil || !s.start(p) {
		return out
	}
	for s.next() {
		switch s.key {
		case fieldValue:
			out.value = text(s.value)
			if out.value == "" && len(s.value) > 0 && s.value[0] != '"' {
				out.value = string(s.value)
			}
		case fieldFile:
			out.file = text(s.value)
		case fieldLine:
			out.line = number(s.value)
		case fieldMethod:
			out.method = text(s.value)
		case fieldGeneration:
			out.generation = string(s.value)
		case fieldLength, fieldSize:
			out.length, out.sized = number(s.value), true
		}
	}
	return out
}

// maxShown is how much of a value is shown, in bytes.
const maxShown = 120

func (d *detail) value(n graph.NodeID) (string, bool) {
	v := d.read(n).value
	if v == "" {
		return "", false
	}
	cut := ""
	if len(v) > maxShown {
		v, cut = strings.ToValidUTF8(v[:maxShown], ""), "…"
	}
	if d.r.kind[n] == kindString || d.r.kind[n] == kindSymbol {
		v = strconv.Quote(v)
	}
	return v + cut, true
}

// Fields implements graph.Detailer.
func (d *detail) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	g := d.r.g
	row := g.Row(n)
	var out []graph.Field
	for i, to := range row[:min(limit, len(row))] {
		f := graph.Field{Name: d.RefName(n, i, values), Type: g.TypeName(to), Node: to, Kind: g.RefKind(n, i)}
		if f.Name == "" {
			f.Name = "(inside)"
		}
		if values {
			f.Value, _ = d.value(to)
		}
		out = append(out, f)
	}
	return out, len(row)
}

// Describe implements graph.Detailer: how long it is, and where it was allocated.
func (d *detail) Describe(n graph.NodeID, values bool) string {
	x := d.read(n)
	var parts []string
	if values && x.value != "" {
		v, _ := d.value(n)
		parts = append(parts, v)
	}
	if x.sized {
		parts = append(parts, fmt.Sprintf("len %d", x.length))
	}
	if x.file != "" {
		where := fmt.Sprintf("allocated at %s:%d", strings.TrimSuffix(path.Base(x.file), ">"), x.line)
		if x.method != "" {
			where += " in " + x.method
		}
		if x.generation != "" {
			where += ", generation " + x.generation
		}
		parts = append(parts, where)
	}
	return strings.Join(parts, " · ")
}
