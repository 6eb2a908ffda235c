package dominator

import (
	"context"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/store"
)

// Tree is the dominator tree of a graph, with retained sizes. It does not
// change and is safe for concurrent use.
type Tree struct {
	g        *graph.Graph
	idom     []graph.NodeID // by object; None under the virtual root, unreached
	retained []uint64       // by object, in bytes; 0 if unreachable
	order    []graph.NodeID // reachable objects, each before what it dominates, which follows at once
	bytes    uint64         // shallow size of all reachable objects

	once  sync.Once
	spans spans
}

// unreached stands for the immediate dominator of an unreachable object.
const unreached = graph.None - 1

// Compute builds the dominator tree. It fails only with the context's error,
// within milliseconds of its end. One core, near-linear time: 19.5 million
// objects with 26 million references take about a second. The tree stays with
// the graph: it is computed once, or taken from what was kept of it.
func Compute(ctx context.Context, g *graph.Graph) (*Tree, error) {
	key := store.Key[*Tree]{Name: "dominators", Load: func(get func(string) []byte) (*Tree, error) { return fromColumns(g, get) }}
	return store.Get(ctx, g, key, func(ctx context.Context) (*Tree, error) { return compute(ctx, g) })
}

func compute(ctx context.Context, g *graph.Graph) (*Tree, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := newSearch(g)
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	if err := s.dominators(ctx); err != nil {
		return nil, err
	}
	return s.tree(ctx)
}

// Graph returns the graph the tree was computed from.
func (t *Tree) Graph() *graph.Graph { return t.g }

// Idom returns the immediate dominator of an object: cut all references to it,
// and the object is freed. It is None for an object that only the roots
// together hold, and for an unreachable one.
func (t *Tree) Idom(n graph.NodeID) graph.NodeID {
	if d := t.idom[n]; d != unreached {
		return d
	}
	return graph.None
}

// Reachable reports whether references that retain lead from a root to the
// object.
func (t *Tree) Reachable(n graph.NodeID) bool { return t.idom[n] != unreached }

// Retained returns the bytes that are freed with the object: its own and those
// of all it dominates. It is 0 for an unreachable object, which retains nothing.
func (t *Tree) Retained(n graph.NodeID) uint64 { return t.retained[n] }

// RetainedColumn is the retained size of every object, indexed by NodeID. It
// must not be changed.
func (t *Tree) RetainedColumn() []uint64 { return t.retained }

// Total returns how many objects are reachable and their shallow sizes' sum in
// bytes.
func (t *Tree) Total() (objects int, bytes uint64) { return len(t.order), t.bytes }

// Dominates reports whether all paths from the roots to n lead through d, in
// time proportional to the depth of n below d. An object dominates itself.
func (t *Tree) Dominates(d, n graph.NodeID) bool {
	for ; n != graph.None; n = t.Idom(n) {
		if n == d {
			return true
		}
	}
	return false
}

// Order is the reachable objects in a preorder of the tree: each comes before
// what it dominates, which follows it at once. The slice must not be changed.
func (t *Tree) Order() []graph.NodeID { return t.order }
