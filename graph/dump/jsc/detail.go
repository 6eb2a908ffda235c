package jsc

import (
	"strings"
	"unicode"

	"github.com/refgraph/refgraph/graph"
)

// detail is the graph.Detailer: the labels of references are all that there is.
type detail struct{ g *graph.Graph }

func newDetail(r *reader) *detail { return &detail{r.g} }

// RefName implements graph.Detailer.
func (d *detail) RefName(n graph.NodeID, i int, _ bool) string {
	if i < 0 || i >= len(d.g.Row(n)) {
		return ""
	}
	return d.g.String(graph.StringID(d.g.Label(n, i)))
}

// Fields implements graph.Detailer.
func (d *detail) Fields(n graph.NodeID, _ bool, limit int) ([]graph.Field, int) {
	row := d.g.Row(n)
	var out []graph.Field
	for i, to := range row[:min(limit, len(row))] {
		f := graph.Field{Name: d.RefName(n, i, false), Type: d.g.TypeName(to), Node: to, Kind: d.g.RefKind(n, i)}
		if f.Name == "" {
			f.Name = "(internal)"
		}
		out = append(out, f)
	}
	return out, len(row)
}

// Describe implements graph.Detailer.
func (d *detail) Describe(graph.NodeID, bool) string { return "" }

// propertyName writes a property: what is no identifier is a key, and hidden.
func propertyName(s string) string {
	if rest, ok := strings.CutPrefix(s, "Symbol."); ok && identifier(rest) {
		return "." + s
	}
	if identifier(s) {
		return "." + s
	}
	return nameKeyed
}

func identifier(s string) bool {
	for i, r := range s {
		if !(r == '_' || r == '$' || r == '#' && i == 0 || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r)) {
			return false
		}
	}
	return s != "" && s != "#"
}
