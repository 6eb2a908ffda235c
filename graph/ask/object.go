package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// ObjectQuestion asks about one object.
type ObjectQuestion struct {
	Object string // its address or id, or an address inside it
	Number int    // most fields and referrers; 0 is 30
	Raw    bool   // do not fold containers' insides on its path
}

// ObjectAnswer is the contract of `object --json`.
type ObjectAnswer struct {
	Dump          Dump       `json:"dump"`
	Object        string     `json:"object"`
	Type          string     `json:"type"`
	TypeSource    string     `json:"type_source"`
	Class         *Class     `json:"class,omitempty"` // of formats that describe types
	Note          string     `json:"note,omitempty"`
	ShallowBytes  uint64     `json:"shallow_bytes"`
	RetainedBytes uint64     `json:"retained_bytes"`
	Distance      int        `json:"distance,omitempty"` // of formats whose tools tell it, as they do
	Reachable     bool       `json:"reachable"`
	Dominator     string     `json:"dominator,omitempty"`
	Fields        []Field    `json:"fields"`
	FieldCount    int        `json:"field_count"`
	Referrers     []Referrer `json:"referrers"`
	ReferrerCount int        `json:"referrer_count"`
	Path          *Path      `json:"path,omitempty"` // why it is alive
}

// Class is what a dump tells of an object's type.
type Class struct {
	Superclasses []string `json:"superclasses,omitempty"` // from the type up
	Loader       string   `json:"loader,omitempty"`       // type of the class loader, if it can be collected
	Loaders      int      `json:"loaders,omitempty"`      // how many have loaded a class of this name and layout, if several
}

// maxSuperclasses is how far up superclasses are told; no program goes further.
const maxSuperclasses = 32

func newClass(g *graph.Graph, t graph.TypeID) *Class {
	about := g.Types().About(t)
	c := &Class{Loader: about.Loader}
	if about.Loaders > 1 {
		c.Loaders = about.Loaders
	}
	for up := about; up.HasSuper && len(c.Superclasses) < maxSuperclasses; up = g.Types().About(up.Super) {
		c.Superclasses = append(c.Superclasses, g.Types().Name(up.Super))
	}
	if len(c.Superclasses) == 0 && c.Loader == "" && c.Loaders == 0 {
		return nil
	}
	return c
}

// Field is one field, element or entry of an object.
type Field struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Value  string `json:"value,omitempty"`  // only with values
	Object string `json:"object,omitempty"` // what it refers to
	Kind   string `json:"kind,omitempty"`   // of the reference
}

// Referrer is one reference to an object.
type Referrer struct {
	Object    string    `json:"object"`
	Type      string    `json:"type"`
	Reference Reference `json:"reference"`
}

// Object tells all about one object. It costs the dominator tree, the retaining
// paths and a pass over all references.
func (s *Session) Object(ctx context.Context, q ObjectQuestion) (*ObjectAnswer, error) {
	if q.Number == 0 {
		q.Number = 30
	}
	return answer(ctx, s, func(ctx context.Context) (*ObjectAnswer, error) {
		n, err := findObject(s.g, q.Object)
		if err != nil {
			return nil, err
		}
		q.Object = id(s.g, n)
		return remember(ctx, s, q, func(ctx context.Context) (*ObjectAnswer, error) { return s.object(ctx, n, q) })
	})
}

func (s *Session) object(ctx context.Context, n graph.NodeID, q ObjectQuestion) (*ObjectAnswer, error) {
	g := s.g
	sizes, err := dominator.Compute(ctx, g)
	if err != nil {
		return nil, err
	}
	tree, err := retain.Search(ctx, g)
	if err != nil {
		return nil, err
	}
	out := &ObjectAnswer{
		Dump: newDump(g), Object: id(g, n), Type: g.TypeName(n), TypeSource: g.TypeSource(n).String(), Class: newClass(g, g.Type(n)),
		Note: s.note(n), ShallowBytes: g.Size(n), RetainedBytes: sizes.Retained(n),
		Reachable: tree.Reachable(n), Dominator: id(g, sizes.Idom(n)), Fields: []Field{}, Referrers: []Referrer{},
	}
	fields, total := g.Detail().Fields(n, s.opts.Values, q.Number)
	out.FieldCount = total
	for _, f := range fields {
		field := Field{Name: f.Name, Type: f.Type, Value: f.Value}
		if f.Node != graph.None {
			field.Object, field.Kind = id(g, f.Node), f.Kind.String()
		}
		out.Fields = append(out.Fields, field)
	}
	list, total, err := retain.Referrers(ctx, g, n, q.Number)
	if err != nil {
		return nil, err
	}
	out.ReferrerCount = total
	for _, r := range list {
		out.Referrers = append(out.Referrers, Referrer{id(g, r.Holder), g.TypeName(r.Holder),
			Reference{g.Detail().RefName(r.Holder, r.Index, s.opts.Values), g.RefKind(r.Holder, r.Index).String()}})
	}
	if out.Reachable {
		p := newPath(g, sizes, tree.Path(n, &retain.Options{Raw: q.Raw, Values: s.opts.Values}))
		out.Path = &p
		far, err := distances(ctx, g)
		if err != nil {
			return nil, err
		}
		out.Distance = far.of(n)
		far.add(g, out.Path)
	}
	return out, nil
}
