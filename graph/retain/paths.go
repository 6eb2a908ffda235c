package retain

import (
	"context"
	"iter"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Path is one retaining path, from a root to a target.
type Path struct {
	Root  *graph.Root
	Steps []Step // from the object that the root holds to the target, which is last
	// Targets is how many targets have their shortest path end in this way; 0
	// for a further way to hold targets.
	Targets int
	// References is how many references end paths in this way.
	References int
}

// Step is one reference of a path and the object it leads to.
type Step struct {
	Ref    string // name as a person would write it behind the holder; what was folded is in it
	Kind   graph.RefKind
	Node   graph.NodeID
	Folded []graph.NodeID // the container's insides between the holder and Node
}

// Paths yields one path for each distinct way in which roots retain the
// targets, most targets first: ways differ in the references and types along
// the path. The shortest of each is shown. It does a Search; callers with a
// Tree use Merge and Merged.Paths.
func Paths(ctx context.Context, g *graph.Graph, targets graph.Bitset, opts *Options) iter.Seq2[Path, error] {
	return func(yield func(Path, error) bool) {
		t, err := Search(ctx, g)
		if err != nil {
			yield(Path{}, err)
			return
		}
		m, err := Merge(ctx, t, targets, opts)
		if err != nil {
			yield(Path{}, err)
			return
		}
		for p := range m.Paths() {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// Paths yields one path for each edge to the targets, most targets first. Ways
// that lead from target to target come only if nothing else holds them.
func (m *Merged) Paths() iter.Seq[Path] {
	return func(yield func(Path) bool) {
		for i := range m.Edges {
			e := &m.Edges[i]
			if e.To != 0 || e.From == 0 && len(m.Edges) > 1 && !e.OnPath {
				continue
			}
			if !yield(m.path(e)) {
				return
			}
		}
	}
}

// path is the shortest path to the holder of an edge's first reference, and
// that reference.
func (m *Merged) path(e *Edge) Path {
	p := Path{Root: e.Root, Targets: e.Targets, References: e.Count}
	w := walker{g: m.tree.g, opts: m.opts, stop: m.targets}
	if e.Holder == graph.None {
		w.step(m.tree.g.String(e.Root.Ref), e.Kind, e.Held)
	} else {
		p.Root = m.tree.walk(&w, e.Holder)
		w.ref(e.Holder, e.Held)
	}
	p.Steps = w.steps
	return p
}

// PathOf is the path from a root along objects each of which holds the next, the
// first reference between two that retains. Targets on it are not folded.
func PathOf(g *graph.Graph, root *graph.Root, chain []graph.NodeID, targets graph.Bitset, opts *Options) Path {
	w := walker{g: g, stop: targets, target: chain[len(chain)-1]}
	if opts != nil {
		w.opts = *opts
	}
	w.step(g.String(root.Ref), root.Via, chain[0])
	for i := 1; i < len(chain); i++ {
		w.ref(chain[i-1], chain[i])
	}
	return Path{Root: root, Steps: w.steps, Targets: 1, References: 1}
}

// Path returns the shortest retaining path of an object. Its Root is nil if
// the object is unreachable.
func (t *Tree) Path(n graph.NodeID, opts *Options) Path {
	w := walker{g: t.g}
	if opts != nil {
		w.opts = *opts
	}
	w.target = n
	root := t.walk(&w, n)
	return Path{Root: root, Steps: w.steps, Targets: 1, References: 1}
}

// walk adds the steps from the root to n.
func (t *Tree) walk(w *walker, n graph.NodeID) *graph.Root {
	if !t.Reachable(n) {
		return nil
	}
	chain := []graph.NodeID{n}
	for t.parent[n] != n {
		n = t.parent[n]
		chain = append(chain, n)
	}
	slices.Reverse(chain)
	root := t.Root(n)
	w.step(t.g.String(root.Ref), root.Via, n)
	for i := 1; i < len(chain); i++ {
		w.ref(chain[i-1], chain[i])
	}
	return root
}

// walker collects the steps of a path and folds containers' insides.
type walker struct {
	g      *graph.Graph
	opts   Options
	stop   graph.Bitset // targets, which are never folded
	target graph.NodeID
	steps  []Step
	name   string
	kind   graph.RefKind // the weakest of the references in name
	folded []graph.NodeID
}

func (w *walker) ref(from, to graph.NodeID) {
	i := w.g.First(from, to)
	if i < 0 {
		w.step("", graph.Strong, to)
		return
	}
	w.step(w.g.Detail().RefName(from, i, w.opts.Values), w.g.RefKind(from, i), to)
}

func (w *walker) step(name string, kind graph.RefKind, to graph.NodeID) {
	w.name += name
	w.kind = max(w.kind, kind)
	if w.g.Internal(to) && !w.opts.Raw && to != w.target && (w.stop == nil || !w.stop.Has(to)) {
		w.folded = append(w.folded, to)
		return
	}
	w.steps = append(w.steps, Step{Ref: w.name, Kind: w.kind, Node: to, Folded: w.folded})
	w.name, w.kind, w.folded = "", graph.Strong, nil
}
