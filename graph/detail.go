package graph

import "context"

// Detailer reads records of the dump again, to name and describe what is about
// to be shown. Its methods are safe for concurrent use, cost one record read
// each, and return what they can: a name that cannot be found is "".
type Detailer interface {
	// RefName names reference i of Row(n) as a person would write it behind the
	// holder: `.field`, `["…"]`, `[3]`, ` (captured x)`. References that lead
	// from one part of a container to another have no name, so that the names
	// along a folded path concatenate to `.m["…"]`. Keys and other values are
	// hidden as `…` unless values is set.
	RefName(n NodeID, i int, values bool) string
	// Fields lists what the object holds, in order, for `refgraph object`.
	// At most limit fields are returned; the total is returned too.
	Fields(n NodeID, values bool, limit int) (fields []Field, total int)
	// Describe is one short line about the object beyond its type, such as
	// `buffer 100 of 100` or `len 3 cap 8`; "" if there is nothing to say.
	Describe(n NodeID, values bool) string
}

// Equals is a Detailer that knows which objects have equal values without reading
// them: strings, whose value is the same number if their texts are, as far as the dump
// has them. ok is false for other objects.
type Equals interface {
	Value(n NodeID) (value uint64, ok bool)
}

// Distancer is a Detailer that tells how far objects are from what a program knows, as
// the tools that people have for the format do: by object, 0 where they tell nothing.
type Distancer interface {
	Distances(ctx context.Context) ([]uint32, error)
}

// DetailOf returns what a reader's Detailer is besides, behind those that guard it.
func DetailOf[T any](d Detailer) (T, bool) {
	for {
		if x, ok := d.(T); ok {
			return x, true
		}
		outer, ok := d.(interface{ Unwrap() Detailer })
		if !ok {
			var none T
			return none, false
		}
		d = outer.Unwrap()
	}
}

// Restorer is a Detailer that can be made again without reading the whole dump:
// State is what it needs for that besides the graph.
type Restorer interface{ State() Columns }

// Field is one field, element or entry of an object.
type Field struct {
	Name  string
	Type  string
	Value string // "" unless values were asked for and the field is not a reference
	Node  NodeID // what it refers to; None if it is not a reference to an object
	Kind  RefKind
}

// noDetail is the Detailer of graphs without a reader: it knows name labels.
type noDetail struct{ g *Graph }

func (d noDetail) RefName(n NodeID, i int, _ bool) string {
	if d.g.labels == NameLabels {
		return d.g.String(StringID(d.g.Label(n, i)))
	}
	return ""
}

func (d noDetail) Fields(n NodeID, values bool, limit int) ([]Field, int) {
	row := d.g.Row(n)
	var out []Field
	for i, to := range row[:min(limit, len(row))] {
		out = append(out, Field{Name: d.RefName(n, i, values), Type: d.g.TypeName(to), Node: to, Kind: d.g.RefKind(n, i)})
	}
	return out, len(row)
}

func (noDetail) Describe(NodeID, bool) string { return "" }
