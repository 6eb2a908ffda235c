package cut

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/retain"
)

// prepared is a heap with all that Find needs.
type prepared struct {
	g       *graph.Graph
	tree    *retain.Tree
	dom     *dominator.Tree
	targets graph.Bitset
}

func prepare(t testing.TB, g *graph.Graph, targets ...graph.NodeID) prepared {
	t.Helper()
	p := prepared{g: g, targets: graph.NewBitset(g.Len())}
	for _, n := range targets {
		p.targets.Add(n)
	}
	var err error
	if p.tree, err = retain.Search(context.Background(), g); err != nil {
		t.Fatal(err)
	}
	if p.dom, err = dominator.Compute(context.Background(), g); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p prepared) slice(t testing.TB, opts *Options) *Slice {
	t.Helper()
	s, err := NewSlice(context.Background(), p.tree, p.targets, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func randomTargets(rng *rand.Rand, g *graph.Graph) (out []graph.NodeID) {
	if rng.IntN(3) == 0 { // all of one type
		typ := g.Type(graph.NodeID(rng.IntN(g.Len())))
		for n := range graph.NodeID(g.Len()) {
			if g.Type(n) == typ {
				out = append(out, n)
			}
		}
		return out
	}
	for range 1 + rng.IntN(3) {
		out = append(out, graph.NodeID(rng.IntN(g.Len())))
	}
	return out
}

func TestHeapsAgainstBruteForce(t *testing.T) {
	compared, sizes, joint := 0, map[int]int{}, 0
	seeds(t, 4000, func(seed uint64, rng *rand.Rand) {
		g := randomHeap(rng)
		p := prepare(t, g, randomTargets(rng, g)...)
		sl := p.slice(t, &Options{Raw: rng.IntN(4) == 0})
		a, err := sl.Cut(context.Background(), p.dom)
		if err != nil {
			t.Fatal(err)
		}
		s := sl.s
		if s.shared != nil {
			joint++
		}
		o := newOracle(s)
		checkSlice(t, seed, s, o)
		_, _, alive := o.count(o.alive())
		if alive == 0 {
			if len(a.Places) > 0 || a.Alive != 0 {
				t.Fatalf("seed %d: %+v of nothing alive", seed, a)
			}
			sizes[0]++
			return
		}
		if alive != s.alive || a.Alive != alive || !a.Verified {
			t.Fatalf("seed %d: %d alive, %+v", seed, alive, a)
		}
		if len(s.places) > 12 || a.Many {
			return
		}
		compared++
		found, err := s.least(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		want := int64(-1)
		for set := range uint(1) << len(s.places) {
			list := places(set)
			if c := s.net.sum(list); want < 0 || c < want {
				if _, _, left := o.count(o.alive(list...)); left == 0 {
					want = c
				}
			}
		}
		if found.cost != want || !found.least {
			t.Fatalf("seed %d: cut %v costs %d, brute force has %d", seed, found.places, found.cost, want)
		}
		checkAnswer(t, seed, s, o, a, found.places)
		sizes[len(a.Places)]++
	})
	t.Log(compared, "compared, sizes", sizes, "entries of two containers in", joint)
	if joint == 0 {
		t.Error("no entries of two containers")
	}
	if sizes[2] == 0 || sizes[3] == 0 {
		t.Error("no cut of several places")
	}
}

func places(set uint) (out []placeID) {
	for p := placeID(0); set>>p != 0; p++ {
		if set>>p&1 == 1 {
			out = append(out, p)
		}
	}
	return out
}

// checkSlice compares the references of the slice with a naive search, and that
// no place of it leads into a container's inside.
func checkSlice(t *testing.T, seed uint64, s *slice, o *oracle) {
	t.Helper()
	want := o.inSlice()
	got := map[[2]graph.NodeID]bool{}
	must(s.each(func(e edge) {
		got[[2]graph.NodeID{e.holder, e.held}] = true
		if e.via >= 0 && s.folds(e.held) && !s.targets.Has(e.held) {
			t.Fatalf("seed %d: a place leads into a container", seed)
		}
	}))
	if len(got) != len(want) {
		t.Fatalf("seed %d: slice %v, naive %v", seed, got, want)
	}
	for k := range want {
		if !got[k] {
			t.Fatalf("seed %d: slice lacks %v", seed, k)
		}
	}
}

// checkAnswer recounts every number of an answer.
func checkAnswer(t *testing.T, seed uint64, s *slice, o *oracle, a *Answer, set []placeID) {
	t.Helper()
	objects, bytes, alive := o.count(o.alive())
	var main []placeID
	for _, p := range a.Places {
		main = append(main, p.ids...)
	}
	for _, p := range set {
		if s.places[p].free {
			main = append(main, p)
		}
	}
	o2, b2, t2 := o.count(o.alive(main...))
	if a.FreesObjects != objects-o2 || a.FreesBytes != bytes-b2 || a.Stays != t2 || a.FreesTargets != alive-t2 {
		t.Fatalf("seed %d: %+v, naive frees %d objects %d bytes, %d stay", seed, a, objects-o2, bytes-b2, t2)
	}
	without := func(list, drop []placeID) []placeID {
		return slices.DeleteFunc(slices.Clone(list), func(p placeID) bool { return slices.Contains(drop, p) })
	}
	for _, p := range a.Places {
		_, _, returns := o.count(o.alive(without(set, p.ids)...))
		var others []placeID
		for _, q := range a.Places {
			if !slices.Equal(q.ids, p.ids) {
				others = append(others, q.ids...)
			}
		}
		_, b, left := o.count(o.alive(without(main, others)...))
		refs := 0
		reached := o.reach(func(placeID) bool { return false }, func(r oracleRef) bool {
			in := slices.ContainsFunc(p.ids, func(id placeID) bool { return r.places[0] == id || r.places[1] == id })
			return in && inSliceRef(s, r)
		})
		for _, r := range o.refs {
			if slices.ContainsFunc(p.ids, func(id placeID) bool { return r.places[0] == id || r.places[1] == id }) && inSliceRef(s, r) {
				refs++
			}
		}
		_, _, reaches := o.count(reached)
		if p.Returns != returns || p.Sole != alive-left || p.AloneFrees != bytes-b || p.Reaches != reaches || p.References != refs {
			t.Fatalf("seed %d: %+v, naive returns %d sole %d alone %d reaches %d refs %d", seed, p, returns, alive-left, bytes-b, reaches, refs)
		}
		if returns == 0 {
			t.Fatalf("seed %d: %s is not needed", seed, p.Name)
		}
	}
}

// inSliceRef reports whether a reference leads to targets: those of roots with a
// place may be of a goroutine that ends and lead elsewhere.
func inSliceRef(s *slice, r oracleRef) bool { return s.targets.Has(r.to) || s.set.Has(r.to) }

// TestFlood searches around random, not least, sets of places, lets some in and
// compares that, and all scenarios, with the oracle.
func TestFlood(t *testing.T) {
	seeds(t, 2000, func(seed uint64, rng *rand.Rand) {
		g := randomHeap(rng)
		p := prepare(t, g, randomTargets(rng, g)...)
		s := p.slice(t, nil).s
		if len(s.places) == 0 || len(s.places) > 60 {
			return
		}
		o := newOracle(s)
		var around, later []placeID
		for p := range placeID(len(s.places)) {
			switch rng.IntN(4) {
			case 0:
				later = append(later, p)
			case 1:
				around = append(around, p)
			}
		}
		f, err := newFlood(s, s.allRoots(), slices.Concat(around, later))
		must(err)
		check := func(when string, cut []placeID) {
			t.Helper()
			objects, bytes, targets := o.count(o.alive(cut...))
			if f.objects != objects || f.bytes != bytes || f.reached != targets {
				t.Fatalf("seed %d %s around %v: %d objects %d bytes %d targets, naive %d %d %d", seed, when, cut, f.objects, f.bytes, f.reached, objects, bytes, targets)
			}
		}
		check("at first", slices.Concat(around, later))
		for len(later) > 0 {
			k := 1 + rng.IntN(len(later))
			must(f.let(later[:k]))
			later = later[k:]
			check("let in", slices.Concat(around, later))
		}
		checkScenarios(t, seed, rng, s, o)
	})
}

// checkScenarios compares what some random sets of places cut and reach, asked
// together, with the oracle.
func checkScenarios(t *testing.T, seed uint64, rng *rand.Rand, s *slice, o *oracle) {
	t.Helper()
	w := newScenarios(s, s.allRoots())
	var sets [][]placeID
	for range rng.IntN(maxScenarios / 2) {
		var set []placeID
		for p := range placeID(len(s.places)) {
			if rng.IntN(3) == 0 {
				set = append(set, p)
			}
		}
		sets = append(sets, set)
		w.cut(set...)
		w.reach(set...)
	}
	w.cut()
	must(w.run())
	got := w.tallies()
	for i, set := range sets {
		alive := o.alive(set...)
		for n := range s.area.set.All() {
			if w.has(n, 2*i) != alive[n] {
				t.Fatalf("seed %d: without %v node %d is reached: %v, naive %v", seed, set, n, w.has(n, 2*i), alive[n])
			}
		}
		reached := o.reach(func(placeID) bool { return false }, func(r oracleRef) bool {
			return (slices.Contains(set, r.places[0]) || slices.Contains(set, r.places[1])) && inSliceRef(s, r)
		})
		_, _, left := o.count(alive)
		_, _, reaches := o.count(reached)
		if got[2*i].targets != left || got[2*i+1].targets != reaches {
			t.Fatalf("seed %d: %v leaves and reaches %v, naive %d %d", seed, set, got[2*i:2*i+2], left, reaches)
		}
	}
}

// TestTooLarge takes the merged graph's cut, and says so.
func TestTooLarge(t *testing.T) {
	seeds(t, 1000, func(seed uint64, rng *rand.Rand) {
		g := randomHeap(rng)
		p := prepare(t, g, randomTargets(rng, g)...)
		a, err := p.slice(t, &Options{Memory: 1}).Cut(context.Background(), p.dom)
		must(err)
		exact, err := p.slice(t, nil).Cut(context.Background(), p.dom)
		must(err)
		if a.Alive != exact.Alive {
			t.Fatalf("seed %d: %d alive, not %d", seed, a.Alive, exact.Alive)
		}
		if a.Alive > 0 && a.Merged && (!a.Verified || a.LeastCost) {
			t.Fatalf("seed %d: %+v", seed, a)
		}
	})
}

// TestAncestorsAnyOrder compares passes and reverse rows with a naive search.
func TestAncestorsAnyOrder(t *testing.T) {
	seeds(t, 4000, func(seed uint64, rng *rand.Rand) {
		g := graphtest.Random(rng)
		if rng.IntN(2) == 0 {
			g = randomHeap(rng)
		}
		p := prepare(t, g, randomTargets(rng, g)...)
		alive, held := graph.NewBitset(g.Len()), graph.NewBitset(g.Len())
		list, _ := firmly(p.tree)
		for _, n := range list {
			held.Add(n)
			if p.targets.Has(n) {
				alive.Add(n)
			}
		}
		got, err := ancestors(context.Background(), p.tree, alive)
		must(err)
		a := &ancestry{g: g, targets: alive, set: graph.NewBitset(g.Len())}
		must(a.inbound(context.Background(), p.tree))
		for n := range graph.NodeID(g.Len()) {
			want := false
			if !held.Has(n) {
				continue // a slice is what roots hold
			}
			if !alive.Has(n) {
				for to := range firmReach(g, n, alive) {
					want = want || alive.Has(to)
				}
			}
			if got.Has(n) != want || a.set.Has(n) != want {
				t.Fatalf("seed %d: node %d passes %v inbound %v naive %v", seed, n, got.Has(n), a.set.Has(n), want)
			}
		}
	})
}

// firmReach is what an object holds for good, targets not passed.
func firmReach(g *graph.Graph, from graph.NodeID, targets graph.Bitset) map[graph.NodeID]bool {
	seen := map[graph.NodeID]bool{}
	var visit func(n graph.NodeID)
	visit = func(n graph.NodeID) {
		for i, to := range g.Row(n) {
			if k := g.RefKind(n, i); (k == graph.Strong || k == graph.Conservative || k == graph.Ephemeron) && !seen[to] {
				seen[to] = true
				if !targets.Has(to) {
					visit(to)
				}
			}
		}
	}
	visit(from)
	return seen
}
