package python

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Read builds the graph of a dump of refgraph_dump.py. It returns
// source.ErrNotMine for other files and *source.SyntaxError for a dump that is
// damaged beyond use; one that is cut short gives a warning and what it has.
// Memory beyond the graph is 12 bytes an object.
func Read(ctx context.Context, src *source.Source) (*graph.Graph, error) {
	f, err := scan(ctx, src)
	if err != nil {
		return nil, err
	}
	r := newReader(f)
	for _, step := range []func(context.Context) error{r.nodes, r.insides, r.rows, r.addRoots} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	for _, w := range f.warnings {
		r.b.Warn(w)
	}
	return r.b.Build(newDetailer(r))
}

// Restore makes the Detailer of a graph that Read made of the same dump before.
// It reads where the records are, nothing of the objects, and fails like Read.
func Restore(ctx context.Context, src *source.Source, g *graph.Graph, _ func(column string) []byte) (graph.Detailer, error) {
	f, err := scan(ctx, src)
	if err != nil {
		return nil, err
	}
	r := newReader(f)
	r.g = g
	return newDetailer(r), nil
}

// reader is the state of building one graph.
type reader struct {
	f   *file
	b   *graph.Builder
	g   *graph.Graph
	ix  *graph.AddressIndex
	own map[uint64]bool
	// threads are by name, which is all that a dump has of them.
	threads map[string]graph.ThreadID

	types  []graph.TypeID                    // by type of the file
	name   []graph.StringID                  // by object: `.attr` if the object is the str of an attribute's name
	attrs  graph.Bitset                      // dicts that hold attributes
	cells  map[graph.NodeID][]graph.StringID // closure tuple -> names of its cells
	locals map[graph.NodeID]bool             // dicts of threading.locals
	keys   []graph.StringID                  // by type: how a key of this type is written
	atoms  []bool                            // by type
	shapes []names                           // by shape of the file

	lost atomic.Int64 // references to objects that are missing
}

// names is a shape whose labels are interned.
type names struct {
	ids    []graph.StringID
	kinds  []graph.RefKind
	tail   string
	dict   int // position of the attributes' dict, or -1
	cells  int // position of the closure, or -1
	locals int // position of the dict of a threading.local, or -1
	frame  int // position of the frame of a generator, or -1

	captured []graph.StringID // names of the cells, once they are asked for
}

// labels that many references share; RefName fills in what is missing
const (
	labelKey    = " (key)"
	labelItem   = "[…]"
	labelMember = " (member)"
	labelLocals = " (thread locals)"
)

func newReader(f *file) *reader {
	h := f.header
	info := graph.Info{
		Name: f.src.Name, Format: "python", Runtime: graph.RuntimePython, PointerSize: h.PointerSize,
		Program:        h.Program,
		RuntimeVersion: "Python " + strings.TrimSpace(strings.SplitN(h.Python, " ", 2)[0]), Taken: time.Unix(h.Time, 0).UTC(),
	}
	info.Facts = []graph.Fact{
		{Name: "process", Value: fmt.Sprint(h.PID)}, {Name: "platform", Value: h.Platform},
		{Name: "taken", Value: map[bool]string{true: "in a forked child", false: "in the process"}[h.Forked]},
		{Name: "values", Value: map[bool]string{true: "in the dump", false: "not in the dump"}[h.Values]},
		{Name: "allocation sites", Value: map[bool]string{true: "in the dump", false: "not in the dump (tracemalloc was off)"}[h.Sites]},
	}
	info.Process = f.held.process()
	b := graph.NewBuilder(info, graph.NameLabels)
	r := &reader{f: f, b: b, g: b.Graph(), own: map[uint64]bool{}, cells: map[graph.NodeID][]graph.StringID{}, locals: map[graph.NodeID]bool{}}
	for _, id := range h.Own {
		r.own[id] = true
	}
	if f.end != nil {
		for _, id := range f.end.Own {
			r.own[id] = true
		}
	}
	for _, t := range f.types {
		name := typeName(t)
		r.types = append(r.types, b.Types().Intern(name))
	}
	r.keys = make([]graph.StringID, b.Types().Len())
	r.atoms = make([]bool, b.Types().Len())
	for _, id := range r.types {
		name := b.Types().Name(id)
		r.keys[id] = b.String(keyLabel(name))
		r.atoms[id] = atomTypes[name]
	}
	for _, s := range f.shapes {
		r.shapes = append(r.shapes, r.intern(s))
	}
	return r
}

// typeName is how a Python programmer names a type.
func typeName(t [2]string) string {
	switch t[0] {
	case "builtins":
		return t[1]
	case "", "?":
		return "?." + t[1]
	}
	return t[0] + "." + t[1]
}

// atomTypes hold nothing; who holds them is of no interest.
var atomTypes = map[string]bool{"str": true, "bytes": true, "int": true, "float": true, "complex": true, "bool": true, "NoneType": true, "range": true}

// keyLabel is how a key of a type is written with its value hidden.
func keyLabel(typ string) string {
	switch typ {
	case "str":
		return `["…"]`
	case "bytes":
		return `[b"…"]`
	case "tuple":
		return "[(…)]"
	case "int", "float", "bool", "NoneType":
		return "[…]"
	}
	return "[<" + typ + ">]"
}

func (r *reader) intern(s shape) names {
	n := names{tail: s.Tail, dict: -1, cells: -1, frame: -1, locals: -1}
	for i, l := range s.Refs {
		kind := graph.Strong
		switch l.kind {
		case "weak":
			kind = graph.Weak
		case "dict":
			n.dict = i
		case "closure":
			n.cells = i
		}
		text := l.name
		switch text {
		case labelLocals:
			n.locals = i
		case ".cell_contents", " (exporter)":
			text = ""
		case ".gi_frame", ".cr_frame", ".ag_frame": // up to Python 3.10; later the frame is a part of the object
			text, n.frame = "", i
		}
		n.ids = append(n.ids, r.b.String(text))
		n.kinds = append(n.kinds, kind)
	}
	return n
}

// nodes numbers the objects. A record that comes again replaces the earlier one.
func (r *reader) nodes(ctx context.Context) error {
	shift := uint8(3)
	if r.f.header.PointerSize == 4 {
		shift = 2
	}
	x := graph.NewAddressIndexer(shift)
	for i := range r.f.batches {
		b := &r.f.batches[i]
		for k := range b.n {
			x.Add(u64(b.ids, k))
		}
		if i&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	ix, err := x.Build()
	if errors.Is(err, graph.ErrMisaligned) {
		return &source.SyntaxError{File: r.f.src.Name, What: "damaged object address", Err: err}
	}
	if err != nil {
		return err
	}
	r.ix = ix
	if err := r.b.SetAddresses(ix); err != nil {
		return err
	}
	for i := range r.f.batches {
		b := &r.f.batches[i]
		for k := range b.n {
			n, _ := ix.Lookup(u64(b.ids, k))
			r.b.SetNode(n, r.types[b.typ], b.size(k), int64(b.start+k))
		}
		if i&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// insides marks the dicts that hold attributes, closures and their cells, and
// learns the names of attributes.
func (r *reader) insides(ctx context.Context) error {
	r.attrs = graph.NewBitset(r.g.Len())
	r.name = make([]graph.StringID, r.g.Len())
	for _, x := range r.f.names {
		if n, ok := r.ix.Lookup(x.ID); ok {
			r.name[n] = r.b.String("." + x.Text)
		}
	}
	for i := range r.f.batches {
		b := &r.f.batches[i]
		if typ := r.g.Types().Name(r.types[b.typ]); typ == "cell" || typ == "managedbuffer" {
			r.markInternal(b)
		}
		for k := range b.n {
			s := &r.shapes[b.shapeOf(k)]
			r.inside(b, k, s)
			if s.plain() && b.flags&manyShapes == 0 {
				break
			}
		}
		if i&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// plain reports whether the objects of a shape have no insides.
func (s *names) plain() bool { return s.dict < 0 && s.cells < 0 && s.frame < 0 && s.locals < 0 }

// inside marks the insides of one object.
func (r *reader) inside(b *batch, k int, s *names) {
	if s.plain() {
		return
	}
	if n, ok := r.target(b, k, s.dict); ok {
		r.attrs.Add(n)
		r.b.SetInternal(n)
	}
	if n, ok := r.target(b, k, s.frame); ok {
		r.b.SetInternal(n)
	}
	if n, ok := r.target(b, k, s.cells); ok {
		r.captured(n, s, r.f.shapes[b.shapeOf(k)].Refs[s.cells].cells)
	}
	if n, ok := r.target(b, k, s.locals); ok {
		r.threadLocals(n)
	}
}

// threadLocals marks the dict of a threading.local, whose values are the dicts
// of the attributes that each thread sees.
func (r *reader) threadLocals(n graph.NodeID) {
	r.locals[n] = true
	r.b.SetInternal(n)
	b, k := r.f.object(r.g.Record(n))
	row := b.row(k)
	for i := len(row) / 16; i < len(row)/8; i++ {
		if space, ok := r.ix.Lookup(u64(row, i)); ok {
			r.attrs.Add(space)
			r.b.SetInternal(space)
		}
	}
}

// markInternal marks the objects of a type that is nothing but an inside: cells, and
// what is between a memoryview and its object.
func (r *reader) markInternal(b *batch) {
	for k := range b.n {
		if n, ok := r.ix.Lookup(u64(b.ids, k)); ok {
			r.b.SetInternal(n)
		}
	}
}

// captured marks a closure: its cells get the variables' names.
func (r *reader) captured(tuple graph.NodeID, s *names, cells []string) {
	if s.captured == nil {
		s.captured = make([]graph.StringID, len(cells))
		for i, c := range cells {
			s.captured[i] = r.b.String(" (cell " + c + ")")
		}
	}
	r.cells[tuple] = s.captured
	r.b.SetInternal(tuple)
}

// target looks up reference i of object k of a batch; none for i < 0.
func (r *reader) target(b *batch, k, i int) (graph.NodeID, bool) {
	row := b.row(k)
	if i < 0 || 8*i >= len(row) {
		return graph.None, false
	}
	return r.ix.Lookup(u64(row, i))
}
