package dominator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// heapWithTables is a heap as lists, with all that is to be known of weak tables.
type heapWithTables struct {
	refs    [][2]graph.NodeID
	entries [][3]graph.NodeID // key, value, table
	roots   []graph.NodeID
	n       int
}

func randomTables(rng *rand.Rand) *heapWithTables {
	h := &heapWithTables{n: 2 + rng.IntN(12)}
	node := func() graph.NodeID { return graph.NodeID(rng.IntN(h.n)) }
	for range rng.IntN(2 * h.n) {
		h.refs = append(h.refs, [2]graph.NodeID{node(), node()})
	}
	for range 1 + rng.IntN(h.n) {
		h.entries = append(h.entries, [3]graph.NodeID{node(), node(), node()})
	}
	for range 1 + rng.IntN(3) {
		h.roots = append(h.roots, node())
	}
	return h
}

// alive is the definition: a value is alive while its key and its table are.
func (h *heapWithTables) alive(without graph.NodeID) map[graph.NodeID]bool {
	seen := map[graph.NodeID]bool{}
	for _, r := range h.roots {
		seen[r] = r != without
	}
	for again := true; again; {
		again = false
		reach := func(from bool, to graph.NodeID) {
			if from && to != without && !seen[to] {
				seen[to], again = true, true
			}
		}
		for _, r := range h.refs {
			reach(seen[r[0]], r[1])
		}
		for _, e := range h.entries {
			reach(seen[e[0]] && seen[e[2]], e[1])
		}
	}
	return seen
}

func (h *heapWithTables) build(t *testing.T) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Info{Name: "tables", Format: "random"}, graph.NoLabels)
	if err := b.SetCount(h.n); err != nil {
		t.Fatal(err)
	}
	typ := b.Types().Intern("T")
	for n := range graph.NodeID(h.n) {
		b.SetNode(n, typ, 1<<n, 0)
	}
	if err := b.BuildRows(t.Context(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for n := lo; n < hi; n++ {
			for _, r := range h.refs {
				if r[0] == n {
					w.Add(r[1], 0)
				}
			}
			for _, e := range h.entries {
				if e[0] == n {
					w.AddEphemeron(e[1], 0, e[2])
				}
			}
			w.Next()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, r := range h.roots {
		b.AddRoot(graph.Root{Node: r, Var: b.String("root")})
	}
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestWeakTables compares what is alive, and what each object retains, with the
// definition. What an object retains is freed with it; more is freed with it only if
// its end ends a table.
func TestWeakTables(t *testing.T) {
	more, dead := 0, 0
	for seed := range uint64(5000) {
		h := randomTables(rand.New(rand.NewPCG(seed, 8)))
		g := h.build(t)
		tree := computed(t, g)
		all := h.alive(graph.None)
		for n := range graph.NodeID(h.n) {
			if tree.Reachable(n) != all[n] {
				t.Fatalf("seed %d: object %d is alive: %v, the definition says %v", seed, n, tree.Reachable(n), all[n])
			}
		}
		for n := range graph.NodeID(h.n) {
			if !all[n] {
				continue
			}
			left, endsTable := h.alive(n), false
			var freed uint64
			for m := range all {
				if !left[m] && all[m] {
					freed += g.Size(m)
					endsTable = endsTable || slices.ContainsFunc(h.entries, func(e [3]graph.NodeID) bool { return e[2] == m })
				}
			}
			got := tree.Retained(n)
			if got&^freed != 0 || got != freed && !endsTable {
				t.Fatalf("seed %d: object %d retains %b, its end frees %b", seed, n, got, freed)
			}
			if got != freed {
				more++
			}
		}
		dead += checkSettled(t, g, h, all, fmt.Sprint("seed ", seed))
	}
	if more == 0 || dead == 0 {
		t.Errorf("%d ends of tables, %d entries of dead tables: too few to tell", more, dead)
	}
}

// checkSettled checks the kinds of a graph's entries, and returns how many tables are
// dead.
func checkSettled(t *testing.T, g *graph.Graph, h *heapWithTables, all map[graph.NodeID]bool, when string) (dead int) {
	t.Helper()
	for n := range graph.NodeID(g.Len()) {
		plain := 0
		for _, r := range h.refs {
			if r[0] == n {
				plain++
			}
		}
		for _, e := range h.entries {
			if e[0] != n {
				continue
			}
			want := graph.Ephemeron
			if !all[e[2]] {
				want, dead = graph.Weak, dead+1
			}
			if got := g.RefKind(n, plain); got != want {
				t.Fatalf("%s: the value of key %d in table %d is held by a reference that is %s", when, n, e[2], got)
			}
			plain++
		}
	}
	return dead
}

// TestWeakTablePicture is the case that people meet: a cache by weak keys.
func TestWeakTablePicture(t *testing.T) {
	p := graphtest.Parse(t, `root>Cache>Table root>Users>Key Key>Value:ephemeron/Table Value>Data Gone>Lost:ephemeron/Table Other>Stale:ephemeron/Unused root>Other`)
	tree := computed(t, p.Graph)
	for name, want := range map[string]uint64{"Key": 3, "Value": 2, "Table": 1, "Users": 4, "Lost": 0, "Stale": 0} {
		if got := tree.Retained(p.ID(name)); tree.Reachable(p.ID(name)) != (want > 0) || want > 0 && got != want {
			t.Errorf("%s retains %d, want %d", name, got, want)
		}
	}
	if table := p.EphemeronTable(p.ID("Key"), 0); table != p.ID("Table") {
		t.Errorf("the entry is of %s", p.Name(table))
	}
}
