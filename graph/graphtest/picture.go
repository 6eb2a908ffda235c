// Package graphtest builds graphs in code for tests: small ones from a picture,
// random ones, and big ones with the shape of a real heap.
//
// [Parse] reads a picture of references, one arrow for each:
//
//	g := graphtest.Parse(t, `root>A A.next>B B>C:weak @stack/worker>C`)
//	tree, err := dominator.Compute(ctx, g.Graph)
//	tree.Idom(g.ID("B")) // g.ID("A")
package graphtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// Picture is a graph whose objects have names.
type Picture struct {
	*graph.Graph
	ids map[string]graph.NodeID
}

// ID returns the object with this name in the picture; it panics if there is
// none, for a test that asks for it is wrong.
func (p *Picture) ID(name string) graph.NodeID {
	id, ok := p.ids[name]
	if !ok {
		panic("graphtest: no object " + name + " in the picture")
	}
	return id
}

// IDs returns several objects.
func (p *Picture) IDs(names ...string) []graph.NodeID {
	out := make([]graph.NodeID, len(names))
	for i, name := range names {
		out[i] = p.ID(name)
	}
	return out
}

// Name returns the name of an object in the picture, "-" for None.
func (p *Picture) Name(id graph.NodeID) string {
	for name, n := range p.ids {
		if n == id {
			return name
		}
	}
	return "-"
}

// Parse builds the graph in a picture: words between white space, each a chain
// of references or the properties of one object.
//
//	A>B>C        A refers to B, B to C
//	A.next>B     by the reference named .next; also A["…"]>B and A[3]>B
//	A>B:weak     by a weak reference (any graph.RefKind by its name)
//	A>B:ephemeron/T  as the key of an entry of the weak table T, whose value is B
//	root>A       A is held by a root: the global "root"
//	@main.x>A    by the global main.x
//	@stack/f>A   by the function f, a root of another kind (any graph.RootKind by its name)
//	@stack/7/f/v>A        by the variable v in function f of thread 7
//	@stack/7/f/v/state>A  of thread 7, which is in that state (_ for a space)
//	A=T          A has type T, not a type named A
//	A=T/64       and 64 bytes, not 1
//	A=T/64!      and is a container's inside
//
// Objects are numbered in the order in which the picture first names them.
func Parse(t testing.TB, picture string) *Picture {
	t.Helper()
	p, err := parse(picture, graph.Info{Name: t.Name(), Format: "picture", Runtime: graph.RuntimeGo})
	if err != nil {
		t.Fatalf("graphtest: %v", err)
	}
	return p
}

type parser struct {
	ids     map[string]graph.NodeID
	nodes   []node
	refs    []ref
	roots   []root
	threads map[uint64]*thread
}

type node struct {
	typ      string
	size     uint64
	internal bool
}

type ref struct {
	from, to graph.NodeID
	name     string
	kind     graph.RefKind
	table    graph.NodeID // of an ephemeron
}

type root struct {
	to     graph.NodeID
	kind   graph.RootKind
	name   string
	thread *thread // of stacks
}

// thread is a thread of the picture; the first root that names it says where it
// is.
type thread struct {
	number          uint64
	function, state string
	id              graph.ThreadID
}

func parse(picture string, info graph.Info) (*Picture, error) {
	p := &parser{ids: map[string]graph.NodeID{}, threads: map[uint64]*thread{}}
	for word := range strings.FieldsSeq(picture) {
		var err error
		if strings.Contains(word, ">") {
			err = p.chain(strings.Split(word, ">"))
		} else {
			err = p.object(word)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", word, err)
		}
	}
	return p.build(info)
}

func (p *parser) node(name string) graph.NodeID {
	id, ok := p.ids[name]
	if !ok {
		id = graph.NodeID(len(p.nodes))
		p.ids[name] = id
		p.nodes = append(p.nodes, node{typ: name, size: 1})
	}
	return id
}

func (p *parser) object(word string) error {
	name, rest, _ := strings.Cut(word, "=")
	n := &p.nodes[p.node(name)]
	if rest == "" {
		return nil
	}
	rest, n.internal = strings.CutSuffix(rest, "!")
	n.typ = rest
	if i := strings.LastIndexByte(rest, '/'); i > 0 {
		if size, err := strconv.ParseUint(rest[i+1:], 10, 64); err == nil {
			n.typ, n.size = rest[:i], size
		}
	}
	return nil
}

func (p *parser) chain(parts []string) error {
	for i, part := range parts[1:] {
		target, kindName, _ := strings.Cut(part, ":")
		kindName, tableName, _ := strings.Cut(kindName, "/")
		kind, err := refKind(kindName)
		if err != nil {
			return err
		}
		to := p.node(holder(target))
		from, _, _ := strings.Cut(parts[i], ":")
		if name, ok := strings.CutPrefix(from, "@"); ok || from == "root" {
			r := root{to: to, name: name}
			if k, rest, ok := strings.Cut(name, "/"); ok {
				if r.kind, r.name, err = rootKind(k), rest, nil; r.kind == graph.RootUnknown && k != "unknown" {
					return fmt.Errorf("no root kind %q", k)
				}
			}
			if r.kind == graph.RootStack || r.kind == graph.RootThread {
				p.onStack(&r)
			}
			p.roots = append(p.roots, r)
			continue
		}
		name := holder(from)
		r := ref{p.node(name), to, from[len(name):], kind, graph.None}
		if tableName != "" {
			r.table = p.node(tableName)
		}
		p.refs = append(p.refs, r)
	}
	return nil
}

// onStack finds the thread in a root's name, and leaves the function and the
// variable.
func (p *parser) onStack(r *root) {
	number, rest, _ := strings.Cut(r.name, "/")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return
	}
	parts := strings.SplitN(rest, "/", 3)
	if p.threads[n] == nil {
		p.threads[n] = &thread{number: n, function: parts[0]}
	}
	if len(parts) == 3 {
		p.threads[n].state = strings.ReplaceAll(parts[2], "_", " ")
	}
	r.thread, r.name = p.threads[n], strings.Join(parts[:min(2, len(parts))], "/")
}

// holder cuts the reference's name off an object's name.
func holder(s string) string {
	if i := strings.IndexAny(s, ".["); i > 0 {
		return s[:i]
	}
	return s
}

func refKind(name string) (graph.RefKind, error) {
	if name == "" {
		return graph.Strong, nil
	}
	for k := graph.Strong; k <= graph.Finalizer; k++ {
		if k.String() == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("no reference kind %q", name)
}

func rootKind(name string) graph.RootKind {
	for k := graph.RootGlobal; k < graph.RootUnknown; k++ {
		if k.String() == name {
			return k
		}
	}
	return graph.RootUnknown
}

func (p *parser) build(info graph.Info) (*Picture, error) {
	b := graph.NewBuilder(info, graph.NameLabels)
	if err := b.SetCount(len(p.nodes)); err != nil {
		return nil, err
	}
	for i, n := range p.nodes {
		id := graph.NodeID(i)
		b.SetNode(id, b.Types().Intern(n.typ), n.size, 0)
		if n.internal {
			b.SetInternal(id)
		}
	}
	if err := writeRows(b, len(p.nodes), p.refs); err != nil {
		return nil, err
	}
	for _, r := range p.roots {
		b.AddRoot(r.structured(b))
	}
	g, err := b.Build(nil)
	return &Picture{Graph: g, ids: maps.Clone(p.ids)}, err
}

// structured is the root as readers make it.
func (r *root) structured(b *graph.Builder) graph.Root {
	out := graph.Root{Node: r.to, Kind: r.kind, Rank: rank(r.kind)}
	if r.kind != graph.RootStack && r.kind != graph.RootThread {
		out.Var = b.String(r.name)
		return out
	}
	function, variable, _ := strings.Cut(r.name, "/")
	out.Func, out.Var = b.String(function), b.String(variable)
	if t := r.thread; t != nil {
		if t.id == 0 {
			t.id = b.AddThread(graph.Thread{ID: t.number, Entry: b.String(t.function), Func: b.String(t.function), State: b.String(t.state), Main: t.number == 1})
		}
		out.Thread = t.id
	}
	return out
}

// writeRows writes references in the order given within each row.
func writeRows(b *graph.Builder, n int, refs []ref) error {
	slices.SortStableFunc(refs, func(x, y ref) int { return int(x.from) - int(y.from) })
	names := make([]graph.StringID, len(refs))
	for i, r := range refs {
		names[i] = b.String(r.name)
	}
	return b.BuildRows(noCancel, 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		i, _ := slices.BinarySearchFunc(refs, lo, func(r ref, n graph.NodeID) int { return int(r.from) - int(n) })
		for id := lo; id < hi; id++ {
			for ; i < len(refs) && refs[i].from == id; i++ {
				if r := refs[i]; r.kind == graph.Ephemeron {
					w.AddEphemeron(r.to, uint32(names[i]), r.table)
				} else {
					w.AddKind(r.to, uint32(names[i]), r.kind)
				}
			}
			w.Next()
		}
		return nil
	})
}

// rank is the rank that readers give to roots of a kind.
func rank(k graph.RootKind) uint8 {
	switch k {
	case graph.RootRuntime:
		return graph.RankRuntime
	case graph.RootResidue:
		return graph.RankResidue
	}
	return graph.RankUser
}
