package ruby

import (
	"cmp"
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Read builds the graph of a dump. It returns *source.SyntaxError for one that is
// damaged beyond use; damaged lines give a warning. Memory beyond the graph is 48
// bytes an object while reading.
func Read(ctx context.Context, src *source.Source) (*graph.Graph, error) {
	f, err := scan(ctx, src)
	if err != nil {
		return nil, err
	}
	r := newReader(f)
	for _, step := range []func(context.Context) error{r.nodes, r.rows, r.addRoots} {
		if err := step(ctx); err != nil {
			return nil, err
		}
		if err := cmp.Or(ctx.Err(), r.b.Full()); err != nil {
			return nil, err
		}
	}
	f.warn(r.b)
	f.parts = nil
	return r.b.Build(newDetail(r))
}

// reader is the state of building one graph.
type reader struct {
	f      *file
	b      *graph.Builder
	g      *graph.Graph
	kind   []kind // by object
	labels labels
	shapes map[uint64][]graph.StringID // names of the variables of a shape, when they were asked for
}

func newReader(f *file) *reader {
	info := graph.Info{Name: f.src.Name, Format: "ruby", Runtime: graph.RuntimeRuby, PointerSize: 8}
	sites := "not in the dump (trace_object_allocations_start was not called)"
	if f.traced.Load() {
		sites = "in the dump"
	}
	info.Facts = []graph.Fact{{Name: "allocation sites", Value: sites}}
	b := graph.NewBuilder(info, graph.NameLabels)
	b.SetBudget(f.src.Charge)
	return &reader{f: f, b: b, g: b.Graph(), labels: newLabels(b)}
}

// nodes numbers the objects by their addresses and names their types.
func (r *reader) nodes(ctx context.Context) error {
	ix := graph.NewAddressIndexer(3)
	for i := range r.f.parts {
		for k := range r.f.parts[i].objects {
			ix.Add(r.f.parts[i].objects[k].addr)
		}
	}
	index, err := ix.Build()
	if err != nil {
		return r.f.src.Errorf(0, "addresses of objects: %v", err)
	}
	if err := r.b.SetAddresses(index); err != nil {
		return err
	}
	r.kind = graph.Large[kind](index.Len())
	t := newTyper(r)
	seen, twice := graph.NewBitset(index.Len()), 0
	for i := range r.f.parts {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for k := range r.f.parts[i].objects {
			o := &r.f.parts[i].objects[k]
			n, _ := index.Lookup(o.addr)
			if seen.Has(n) {
				twice++
			}
			seen.Add(n)
			r.kind[n] = o.kind
			r.b.SetNode(n, t.typeOf(o), o.size, o.off)
			if o.kind == kindImemo {
				r.b.SetInternal(n)
			}
		}
		r.f.parts[i].objects = nil
	}
	if twice > 0 {
		r.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d objects have the address of another", twice), Effect: "the last of each is kept"})
	}
	return nil
}

// typer names types.
type typer struct {
	r       *reader
	byClass map[typeKey]graph.TypeID
}

// typeKey is what decides a type.
type typeKey struct {
	class uint64
	sub   uint32
	kind  kind
}

func newTyper(r *reader) *typer { return &typer{r, map[typeKey]graph.TypeID{}} }

func (t *typer) typeOf(o *object) graph.TypeID {
	key := typeKey{o.class, o.sub, o.kind}
	isClass := o.kind == kindClass || o.kind == kindModule || o.kind == kindIClass
	if isClass {
		key.class = o.addr
	}
	id, ok := t.byClass[key]
	if !ok {
		id = t.r.b.Types().Intern(t.name(o))
		if !isClass {
			t.byClass[key] = id
		}
	}
	return id
}

// name is a type as a Ruby programmer calls it.
func (t *typer) name(o *object) string {
	f, word := t.r.f, t.r.f.words[o.sub]
	switch o.kind {
	case kindClass:
		if f.classes[o.addr].singleton {
			return "singleton class"
		}
		return "class " + f.className(o.addr)
	case kindModule:
		return "module " + f.className(o.addr)
	case kindIClass:
		return "ICLASS"
	case kindImemo:
		return "IMEMO " + word
	case kindData:
		if word == tracer {
			return "(allocation tracer)"
		}
	}
	if name := f.className(o.class); o.class != 0 && name != "" {
		return name
	}
	if name := classNames[o.kind]; name != "" {
		return name
	}
	if word != "" {
		return "(" + word + ")"
	}
	return "(internal)"
}

// tracer is the struct of the allocation tracer's table.
const tracer = "ObjectSpace/allocation_info_tracer"

// maxSupers is how far up superclasses are looked at.
const maxSupers = 64

// className names a class: what has no name by the first superclass that has one.
func (f *file) className(addr uint64) string {
	c, ok := f.classes[addr]
	if !ok {
		return ""
	}
	if c.name != "" {
		return c.name
	}
	singleton := c.singleton
	for range maxSupers {
		super, ok := f.classes[c.super]
		if !ok {
			break
		}
		if super.name != "" {
			if singleton {
				return super.name // an object's own methods do not make it another type
			}
			return "#<Class < " + super.name + ">"
		}
		c = super
	}
	return "#<Class>"
}
