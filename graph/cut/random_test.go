package cut

import (
	"context"
	"math/rand/v2"

	"github.com/refgraph/refgraph/graph"
)

// randomHeap is a small heap with all that places are made of: types of the
// program, of a library, of the runtime and of no name, containers' insides,
// references of all kinds, globals and goroutines of all ranks.
func randomHeap(rng *rand.Rand) *graph.Graph {
	n := 2 + rng.IntN(13)
	b := graph.NewBuilder(graph.Info{Name: "random", Format: "random", Runtime: graph.RuntimeGo}, graph.NameLabels)
	must(b.SetCount(n))
	types := []string{"main.A", "main.B", "lib.C", "[]x", "map[y]z", "runtime.g", "*main.A"}
	for i := range n {
		b.SetNode(graph.NodeID(i), b.Types().Intern(types[rng.IntN(1+rng.IntN(len(types)))]), uint64(1+rng.IntN(100)), 0)
		if rng.IntN(6) == 0 {
			b.SetInternal(graph.NodeID(i))
		}
	}
	type ref struct {
		to    graph.NodeID
		label graph.StringID
		kind  graph.RefKind
	}
	rows := make([][]ref, n)
	labels := []string{".a", ".b", "[1]", "[2]", ""}
	for range rng.IntN(3 * n) {
		from := rng.IntN(n)
		r := ref{graph.NodeID(rng.IntN(n)), b.String(labels[rng.IntN(len(labels))]), graph.Strong}
		if rng.IntN(8) == 0 {
			r.kind = graph.RefKind(rng.IntN(int(graph.Finalizer) + 1))
		}
		rows[from] = append(rows[from], r)
		if rng.IntN(9) == 0 {
			rows[from] = append(rows[from], r)
		}
	}
	must(b.BuildRows(context.Background(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for id := lo; id < hi; id++ {
			for _, r := range rows[id] {
				w.AddKind(r.to, uint32(r.label), r.kind)
			}
			w.Next()
		}
		return nil
	}))
	for i := range uint64(4) {
		b.AddThread(graph.Thread{ID: i + 1, Func: b.String([]string{"main.f", "main.g"}[rng.IntN(2)]), Main: i == 0})
	}
	for range rng.IntN(6) {
		b.AddRoot(randomRoot(b, rng, n))
	}
	g, err := b.Build(nil)
	must(err)
	return g
}

func randomRoot(b *graph.Builder, rng *rand.Rand, n int) graph.Root {
	r := graph.Root{Node: graph.NodeID(rng.IntN(n)), Rank: []uint8{0, 0, 0, 10, 20, 30, 31}[rng.IntN(7)]}
	if rng.IntN(8) == 0 {
		r.Via = graph.RefKind(rng.IntN(int(graph.Weak) + 1))
	}
	if rng.IntN(3) == 0 {
		r.Ref = b.String(".f")
	}
	if rng.IntN(2) == 0 {
		r.Var = b.String([]string{"main.x", "main.y", "runtime.allgs"}[rng.IntN(3)])
		return r
	}
	r.Kind = graph.RootStack
	r.Func, r.Var = b.String([]string{"main.f", "main.g"}[rng.IntN(2)]), b.String([]string{"s", "t"}[rng.IntN(2)])
	r.Thread = graph.ThreadID(rng.IntN(5))
	return r
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// oracle holds every reference of a heap that holds for good in a plain list,
// with the places that remove it.
type oracle struct {
	g       *graph.Graph
	targets graph.Bitset
	refs    []oracleRef
}

type oracleRef struct {
	from, to graph.NodeID // from is None for roots
	places   [2]placeID
}

// newOracle takes the places from a slice, and nothing else.
func newOracle(s *slice) *oracle {
	o := &oracle{g: s.g, targets: s.targets}
	for i, r := range s.g.Roots() {
		if !r.Via.Retains() || r.Via == graph.Pooled || r.Rank > graph.RankResidue {
			continue
		}
		ref := oracleRef{graph.None, r.Node, [2]placeID{noPlace, noPlace}}
		for _, h := range s.hangs {
			if h.root == i {
				ref.places = h.places
			}
			if h.places[1] >= 0 && r.Thread != 0 && r.Thread == s.g.Roots()[h.root].Thread {
				ref.places[1] = h.places[1]
			}
		}
		o.refs = append(o.refs, ref)
	}
	for n := range graph.NodeID(s.g.Len()) {
		for k, to := range s.g.Row(n) {
			kind := s.g.RefKind(n, k)
			if kind != graph.Strong && kind != graph.Conservative && kind != graph.Ephemeron {
				continue
			}
			ref := oracleRef{n, to, [2]placeID{noPlace, noPlace}}
			if s.set.Has(n) && (s.targets.Has(to) || s.set.Has(to)) {
				ref.places[0] = s.viaOf(n, k, to, s.targets.Has(to))
			}
			o.refs = append(o.refs, ref)
		}
	}
	return o
}

// reach searches to a fixed point around places.
func (o *oracle) reach(cut func(placeID) bool, from func(oracleRef) bool) map[graph.NodeID]bool {
	seen := map[graph.NodeID]bool{}
	for changed := true; changed; {
		changed = false
		for _, r := range o.refs {
			if cut(r.places[0]) || cut(r.places[1]) || seen[r.to] || r.from != graph.None && !seen[r.from] && !from(r) || r.from == graph.None && !from(r) {
				continue
			}
			seen[r.to], changed = true, true
		}
	}
	return seen
}

// alive is what roots hold without the places.
func (o *oracle) alive(places ...placeID) map[graph.NodeID]bool {
	set := asBits(places)
	return o.reach(func(p placeID) bool { return p >= 0 && set>>p&1 == 1 }, func(r oracleRef) bool { return r.from == graph.None })
}

func (o *oracle) count(set map[graph.NodeID]bool) (objects int, bytes uint64, targets int) {
	for n := range set {
		bytes += o.g.Size(n)
		if o.targets.Has(n) {
			targets++
		}
	}
	return len(set), bytes, targets
}

// inSlice is the references on a way from a root to a first target, naively.
func (o *oracle) inSlice() map[[2]graph.NodeID]bool {
	down, up := map[graph.NodeID]bool{}, map[graph.NodeID]bool{}
	for changed := true; changed; {
		changed = false
		for _, r := range o.refs {
			if !down[r.to] && (r.from == graph.None || down[r.from] && !o.targets.Has(r.from)) {
				down[r.to], changed = true, true
			}
			if r.from != graph.None && !up[r.from] && !o.targets.Has(r.from) && (up[r.to] || o.targets.Has(r.to)) {
				up[r.from], changed = true, true
			}
		}
	}
	out := map[[2]graph.NodeID]bool{}
	for _, r := range o.refs {
		if r.from != graph.None && down[r.from] && up[r.from] && (up[r.to] || o.targets.Has(r.to)) {
			out[[2]graph.NodeID{r.from, r.to}] = true
		}
	}
	return out
}
