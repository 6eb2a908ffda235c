package cut

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// TestWays recounts the references between boxes, and what each box reaches and
// is the sole holder of.
func TestWays(t *testing.T) {
	seeds(t, 2000, func(seed uint64, rng *rand.Rand) {
		g := randomHeap(rng)
		p := prepare(t, g, randomTargets(rng, g)...)
		sl := p.slice(t, nil)
		a, err := sl.Cut(context.Background(), p.dom)
		must(err)
		if a.Alive == 0 {
			return
		}
		w, err := sl.Ways(context.Background(), a)
		must(err)
		s, o := sl.s, newOracle(sl.s)
		type key struct {
			place placeID
			to    int
		}
		want := map[key]int{}
		peers := 0
		for _, r := range o.refs {
			if r.from != graph.None && s.targets.Has(r.from) && s.targets.Has(r.to) {
				peers++
			}
			if to, ok := w.BoxOf(r.to); ok && r.places[0] >= 0 && inSliceRef(s, r) {
				want[key{r.places[0], to}]++
			}
			if r.from == graph.None && r.places[0] >= 0 && s.set.Has(r.to) && s.folds(r.to) { // a variable that is a container
				want[key{r.places[0], int(s.boxOf(r.to))}]++
			}
		}
		for i := range w.Edges {
			e := &w.Edges[i]
			if e.place < 0 {
				peers -= e.Count
				continue
			}
			if want[key{e.place, e.To}] != e.Count {
				t.Fatalf("seed %d: %+v, naive %d", seed, e, want[key{e.place, e.To}])
			}
			delete(want, key{e.place, e.To})
		}
		if len(want) > 0 || peers != 0 {
			t.Fatalf("seed %d: no edges for %v, %d peers", seed, want, peers)
		}
		boxes := make([]int, 0, len(w.Boxes))
		for b := range w.Boxes[1:] {
			boxes = append(boxes, b+1)
		}
		holders, err := s.holders(boxes[:min(len(boxes), maxHolders)])
		must(err)
		for _, h := range holders {
			checkHolder(t, seed, s, o, h)
		}
		c := w.Choose(3 + rng.IntN(10))
		if !slices.Contains(c.Boxes, 0) {
			t.Fatalf("seed %d: %+v", seed, c)
		}
	})
}

func checkHolder(t *testing.T, seed uint64, s *slice, o *oracle, h Holder) {
	t.Helper()
	of := func(p placeID) bool { return p >= 0 && s.places[p].class < 0 && int(s.places[p].box) == h.Box }
	reached := o.reach(func(placeID) bool { return false }, func(r oracleRef) bool { return of(r.places[0]) && inSliceRef(s, r) })
	_, _, reaches := o.count(reached)
	without := o.reach(func(p placeID) bool { return of(p) || p >= 0 && s.places[p].free }, func(r oracleRef) bool { return r.from == graph.None })
	_, _, left := o.count(without)
	if h.Reaches != reaches || h.Sole != s.alive-left {
		t.Fatalf("seed %d: %+v, naive reaches %d sole %d", seed, h, reaches, s.alive-left)
	}
}
