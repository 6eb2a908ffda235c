package jsc

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Read builds the graph of a snapshot. It returns *source.SyntaxError for one that is
// damaged beyond use; one that is cut behind its nodes gives a warning and what it
// has.
func Read(ctx context.Context, src *source.Source) (*graph.Graph, error) {
	f, err := parse(ctx, src)
	if err != nil {
		return nil, err
	}
	form := "Inspector"
	if f.debugging {
		form = "GCDebugging"
	}
	b := graph.NewBuilder(graph.Info{Name: src.Name, Format: "jsc", Runtime: graph.RuntimeJS, Facts: []graph.Fact{{Name: "form", Value: form}}}, graph.NameLabels)
	b.SetBudget(src.Charge)
	r := &reader{f: f, b: b, g: b.Graph()}
	for _, step := range []func(context.Context) error{r.nodes, r.rows, r.addRoots} {
		if err := step(ctx); err != nil {
			return nil, err
		}
		if err := cmp.Or(ctx.Err(), b.Full()); err != nil {
			return nil, err
		}
	}
	f.check(b)
	return b.Build(newDetail(r))
}

// reader is the state of building one graph.
type reader struct {
	f    *file
	b    *graph.Builder
	g    *graph.Graph
	root graph.NodeID
}

// nodes numbers the nodes by their ids and names their types.
func (r *reader) nodes(context.Context) error {
	ix := graph.NewAddressIndexer(0)
	for i := range r.f.nodes {
		ix.Add(r.f.nodes[i].id)
	}
	index, err := ix.Build()
	if err != nil {
		return r.f.src.Errorf(0, "ids of nodes: %v", err)
	}
	if index.Len() != len(r.f.nodes) {
		return r.f.src.Errorf(0, "%d nodes have the id of another", len(r.f.nodes)-index.Len())
	}
	if err := r.b.SetAddresses(index); err != nil {
		return err
	}
	r.root, _ = index.Lookup(r.f.nodes[0].id)
	for i := range r.f.nodes {
		x := &r.f.nodes[i]
		n, _ := index.Lookup(x.id)
		name := at(r.f.classes, x.class)
		typ := typeName(name)
		if name == "Function" && at(r.f.labels, x.name) != "" {
			typ = "closure " + at(r.f.labels, x.name)
		}
		r.b.SetNode(n, r.b.Types().Intern(typ), x.size, 0)
		if inside(name) {
			r.b.SetInternal(n)
		}
	}
	r.f.nodes = nil
	return nil
}

// typeName is a class under the name that V8's snapshots have for its objects, where
// they have one.
func typeName(class string) string {
	switch class {
	case "":
		return "(system)"
	case "string":
		return "(string)"
	case "symbol":
		return "(symbol)"
	case "Function":
		return "closure"
	case "<root>":
		return "(root)"
	}
	switch {
	case strings.HasSuffix(class, "Executable"), strings.HasSuffix(class, "CodeBlock"), class == "JSSourceCode":
		return "(compiled code)"
	case strings.HasPrefix(class, "Structure"), class == "PropertyTable":
		return "(object shape)"
	}
	return class
}

// inside reports whether a class is of what lies between a program's objects.
func inside(class string) bool {
	return strings.HasSuffix(class, "Environment") || strings.HasSuffix(class, "Butterfly")
}

// rows sorts the edges and writes them.
func (r *reader) rows(ctx context.Context) error {
	type ref struct {
		from, to graph.NodeID
		label    graph.StringID
	}
	refs := make([]ref, 0, len(r.f.edges))
	keyed := r.keyed()
	names := make(map[[2]uint32]graph.StringID, len(r.f.names))
	lost := 0
	for i := range r.f.edges {
		e := &r.f.edges[i]
		from, ok := r.g.Find(e.from)
		to, ok2 := r.g.Find(e.to)
		if !ok || !ok2 {
			lost++
			continue
		}
		kind := edgeInternal
		if int(e.kind) < len(r.f.types) {
			kind = r.f.types[e.kind]
		}
		key := [2]uint32{uint32(kind), e.extra}
		if kind == edgeIndex || kind == edgeInternal {
			key[1] = 0
		}
		if kind == edgeProperty && keyed.Has(from) {
			key = [2]uint32{1 << 8, 0}
		}
		label, ok := names[key]
		if !ok {
			label = r.b.String(r.label(kind, e.extra, key[0] == 1<<8))
			names[key] = label
		}
		refs = append(refs, ref{from, to, label})
	}
	r.f.edges = nil
	slices.SortStableFunc(refs, func(a, b ref) int { return int(int64(a.from) - int64(b.from)) })
	if lost > 0 {
		r.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d references are from or to objects that are not in the snapshot", lost), Effect: "they are left out"})
	}
	return r.b.BuildRows(ctx, r.f.src.Options.Workers, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		i, _ := slices.BinarySearchFunc(refs, lo, func(x ref, n graph.NodeID) int { return int(int64(x.from) - int64(n)) })
		for n := lo; n < hi; n++ {
			for ; i < len(refs) && refs[i].from == n; i++ {
				w.Add(refs[i].to, uint32(refs[i].label))
			}
			w.Next()
		}
		return nil
	})
}

// minKeys is how many properties an object has whose names are taken for keys.
const minKeys = 64

// keyed are the objects whose properties are so many that their names are keys. A
// global object's or a function's never are.
func (r *reader) keyed() graph.Bitset {
	count := map[graph.NodeID]int{}
	for i := range r.f.edges {
		e := &r.f.edges[i]
		if int(e.kind) < len(r.f.types) && r.f.types[e.kind] == edgeProperty {
			if n, ok := r.g.Find(e.from); ok {
				count[n]++
			}
		}
	}
	set := graph.NewBitset(r.g.Len())
	for n, k := range count {
		if k >= minKeys && r.g.TypeName(n) == "Object" {
			set.Add(n)
		}
	}
	return set
}

// label names a reference.
func (r *reader) label(kind edgeType, extra uint32, key bool) string {
	switch {
	case key:
		return nameKeyed
	case kind == edgeProperty:
		return propertyName(at(r.f.names, extra))
	case kind == edgeVariable:
		return " · " + at(r.f.names, extra)
	case kind == edgeIndex:
		return nameElement
	}
	return ""
}

const (
	nameKeyed   = `["…"]`
	nameElement = "[…]"
)
