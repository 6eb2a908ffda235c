package retain

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/store"
)

// Tree holds the shortest retaining path of every reachable object. It takes 8
// bytes an object and is safe for concurrent readers.
type Tree struct {
	g      *graph.Graph
	parent []graph.NodeID // the holder; the node itself if a root holds it; None if unreachable
	order  []graph.NodeID // reachable nodes by rising distance
	held   []heldBy       // the nodes that are their own parent, by node
	firm   int            // how many of order something else than a pool holds
	pooled struct {       // the rest of order, when it is asked for
		sync.Once
		graph.Bitset
	}

	// While searching: the ends in order of what each root holds of the level
	// that is to be expanded, and room for sorting.
	level []int
	set   graph.Bitset
	later []reference
}

// reference is one that pools hold things by, with a root's index or a holder.
type reference struct {
	holder graph.NodeID // to itself if it is a root's
	to     graph.NodeID
	root   int32
}

// heldBy is a node that a root holds directly on its shortest path.
type heldBy struct {
	node graph.NodeID
	root int32 // index in Graph.Roots
}

// delay is how many steps later than the user's own the roots of a rank start,
// so that of two paths of about the same length the one that a person can act
// on is shown. Roots inside the runtime start when all others are exhausted.
func delay(rank uint8) int {
	switch {
	case rank < graph.RankLibrary:
		return 0
	case rank < graph.RankRuntime:
		return 3
	}
	return math.MaxInt
}

// Search does one breadth-first search from all roots along references that
// retain. Those of pools, which the collector empties, are followed last: a path
// has one only if nothing else holds the object. Of equally short paths it keeps
// the one from the better root, then from the holder with the lower NodeID, so
// equal dumps give equal paths. O(objects + references). The tree stays with the
// graph: it is searched once, or taken from what was kept of it.
func Search(ctx context.Context, g *graph.Graph) (*Tree, error) {
	key := store.Key[*Tree]{Name: "paths", Load: func(get func(string) []byte) (*Tree, error) { return fromColumns(g, get) }}
	return store.Get(ctx, g, key, func(ctx context.Context) (*Tree, error) { return search(ctx, g) })
}

func search(ctx context.Context, g *graph.Graph) (*Tree, error) {
	t := &Tree{g: g, parent: graph.Large[graph.NodeID](g.Len()), order: graph.Large[graph.NodeID](g.Len())[:0], firm: -1}
	for i := range t.parent {
		t.parent[i] = graph.None
	}
	roots := g.Roots() // by rank
	next, lo, level := 0, 0, 0
	for {
		idle := len(t.level) == 0
		switch {
		case next < len(roots) && (idle || level >= delay(roots[next].Rank)):
			next = t.start(roots, next)
		case idle && len(t.later) > 0:
			t.followPooled()
		case idle:
			t.set = nil
			if t.firm < 0 {
				t.firm = len(t.order)
			}
			slices.SortFunc(t.held, func(a, b heldBy) int { return cmp.Compare(a.node, b.node) })
			return t, ctx.Err()
		default:
			hi := len(t.order)
			if err := t.expand(ctx, lo); err != nil {
				return nil, err
			}
			lo, level = hi, level+1
		}
	}
}

// start adds what the roots of one rank hold, and returns the next root.
func (t *Tree) start(roots []graph.Root, next int) int {
	for rank := roots[next].Rank; next < len(roots) && roots[next].Rank == rank; next++ {
		n := roots[next].Node
		if !roots[next].Via.Retains() || t.parent[n] != graph.None {
			continue
		}
		if roots[next].Via == graph.Pooled {
			t.later = append(t.later, reference{n, n, int32(next)})
			continue
		}
		t.parent[n] = n
		t.held = append(t.held, heldBy{n, int32(next)})
		t.order = append(t.order, n)
		t.level = append(t.level, len(t.order))
	}
	return next
}

// followPooled adds what pools hold, once nothing else is left.
func (t *Tree) followPooled() {
	if t.firm < 0 {
		t.firm = len(t.order)
	}
	for _, r := range t.later {
		if t.parent[r.to] != graph.None {
			continue
		}
		t.parent[r.to] = r.holder
		if r.holder == r.to {
			t.held = append(t.held, heldBy{r.to, r.root})
		}
		t.order = append(t.order, r.to)
		t.level = append(t.level, len(t.order))
	}
	t.later = t.later[:0]
}

// firmly returns what an object that is not plain retains, in buf, and puts what
// its pools hold off.
func (t *Tree) firmly(n graph.NodeID, buf *[]graph.NodeID) []graph.NodeID {
	out := (*buf)[:0]
	for i, to := range t.g.Row(n) {
		switch k := t.g.RefKind(n, i); {
		case k == graph.Pooled:
			t.later = append(t.later, reference{holder: n, to: to})
		case k.Retains():
			out = append(out, to)
		}
	}
	*buf = out
	return out
}

// expand adds what the nodes of a level hold, which are those from order[lo]
// on. What each root holds is followed in the order of addresses: programs
// allocate together what belongs together, so most of what is read is then in
// the cache (a fifth of the time where a map's order would scatter it).
func (t *Tree) expand(ctx context.Context, lo int) error {
	var buf []graph.NodeID
	order, parent, g := t.order, t.parent, t.g
	ends := t.level
	t.level = nil
	for _, hi := range ends {
		t.sort(order[lo:hi])
		first := len(order)
		for i := lo; i < hi; i++ {
			if i&0xfffff == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			n := order[i]
			var row []graph.NodeID
			if g.Plain(n) {
				row = g.Retained(n, &buf)
			} else {
				row = t.firmly(n, &buf)
			}
			for _, to := range row {
				if parent[to] == graph.None {
					parent[to] = n
					order = append(order, to)
				}
			}
		}
		if len(order) > first {
			t.level = append(t.level, len(order))
		}
		lo = hi
	}
	t.order = order
	return nil
}

// sort sorts distinct nodes. Many are sorted by setting their bits.
func (t *Tree) sort(list []graph.NodeID) {
	if len(list) < 1<<14 {
		slices.Sort(list)
		return
	}
	if t.set == nil {
		t.set = graph.NewBitset(t.g.Len())
	}
	for _, n := range list {
		t.set.Add(n)
	}
	i := 0
	for n := range t.set.All() {
		list[i] = n
		i++
	}
	clear(t.set)
}

// Graph is the graph that was searched.
func (t *Tree) Graph() *graph.Graph { return t.g }

// Reachable reports whether any root retains the object.
func (t *Tree) Reachable(n graph.NodeID) bool { return t.parent[n] != graph.None }

// Pooled reports whether only pools that the collector empties retain the
// object: it is live, but not for long.
func (t *Tree) Pooled(n graph.NodeID) bool {
	if t.firm == len(t.order) {
		return false
	}
	t.pooled.Do(func() {
		t.pooled.Bitset = graph.NewBitset(t.g.Len())
		for _, n := range t.PooledObjects() {
			t.pooled.Add(n)
		}
	})
	return t.pooled.Has(n)
}

// PooledObjects is the objects for which Pooled is true. The slice must not be
// changed.
func (t *Tree) PooledObjects() []graph.NodeID { return t.order[t.firm:] }

// Count is the number of reachable objects.
func (t *Tree) Count() int { return len(t.order) }

// Order is the reachable objects by rising distance from the roots. The slice
// must not be changed.
func (t *Tree) Order() []graph.NodeID { return t.order }

// Holder returns the holder of an object on its shortest path. ok is false if
// a root holds it directly or nothing does.
func (t *Tree) Holder(n graph.NodeID) (holder graph.NodeID, ok bool) {
	p := t.parent[n]
	return p, p != graph.None && p != n
}

// Root returns the root that holds the object directly on its shortest path,
// or nil.
func (t *Tree) Root(n graph.NodeID) *graph.Root {
	if t.parent[n] != n {
		return nil
	}
	i, ok := slices.BinarySearchFunc(t.held, n, func(h heldBy, n graph.NodeID) int { return cmp.Compare(h.node, n) })
	if !ok {
		return nil
	}
	return &t.g.Roots()[t.held[i].root]
}

// Reach returns the set of all objects that references which retain lead to
// from any root. It must not be changed. It costs less than Search: it keeps no
// paths, and nothing if the reader has found it.
func Reach(ctx context.Context, g *graph.Graph) (graph.Bitset, error) {
	if seen := g.Reached(); seen != nil {
		return seen, nil
	}
	m := graph.Marking{Graph: g, Seen: graph.NewBitset(g.Len())}
	m.VisitRoots()
	return m.Seen, m.Run(ctx)
}
