package cut

import (
	"context"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// fresh is a seed that no earlier run had; it is printed, and can be given.
var fresh = flag.Uint64("seed", 0, "seed of the random tests' fresh part; 0 for the time")

// seeds calls do with n fixed seeds and n/8 fresh ones.
func seeds(t *testing.T, n int, do func(seed uint64, rng *rand.Rand)) {
	t.Helper()
	if testing.Short() {
		n /= 10
	}
	start := *fresh
	if start == 0 {
		start = uint64(time.Now().UnixNano()) >> 10
	}
	t.Logf("fresh seeds from -seed %d", start)
	for i := range uint64(n) {
		do(i, rand.New(rand.NewPCG(i, 1)))
	}
	for i := range uint64(n / 8) {
		do(start+i, rand.New(rand.NewPCG(start+i, 2)))
	}
}

// randomNet is a net of up to 10 nodes and 9 places, with roots of two places,
// edges that cannot be cut, parallel edges, self references and cycles.
func randomNet(rng *rand.Rand) *net {
	nodes, places := 1+rng.IntN(10), 1+rng.IntN(9)
	n := &net{off: []uint32{0}}
	for range places {
		n.cost = append(n.cost, int64(1+rng.IntN(6)*(1+rng.IntN(50))))
	}
	place := func(uncut int) placeID {
		if rng.IntN(uncut) == 0 {
			return noPlace
		}
		return placeID(rng.IntN(places))
	}
	for range nodes {
		for range rng.IntN(4) {
			to := uint32(rng.IntN(nodes))
			if rng.IntN(4) == 0 {
				to = sink
			}
			n.to, n.via = append(n.to, to), append(n.via, place(6))
		}
		n.off = append(n.off, uint32(len(n.to)))
	}
	for range 1 + rng.IntN(3) {
		r := rootEdge{to: uint32(rng.IntN(nodes)), places: [2]placeID{place(12), place(2)}}
		if rng.IntN(8) == 0 {
			r.to = sink
		}
		n.roots = append(n.roots, r)
	}
	return n
}

// separates is the naive search: whether no target is reached without the places.
func separates(n *net, without uint) bool {
	cut := func(p placeID) bool { return p >= 0 && without>>p&1 == 1 }
	reached := map[uint32]bool{}
	for _, r := range n.roots {
		if !cut(r.places[0]) && !cut(r.places[1]) {
			reached[r.to] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for u := range reached {
			if u == sink {
				return false
			}
			for e := n.off[u]; e < n.off[u+1]; e++ {
				if !cut(n.via[e]) && !reached[n.to[e]] {
					reached[n.to[e]], changed = true, true
				}
			}
		}
	}
	return true
}

// brute is the cost of the cheapest set that separates; -1 if there is none.
func brute(n *net) int64 {
	best := int64(-1)
	for set := range uint(1) << len(n.cost) {
		var cost int64
		for p := range n.cost {
			if set>>p&1 == 1 {
				cost += n.cost[p]
			}
		}
		if (best < 0 || cost < best) && separates(n, set) {
			best = cost
		}
	}
	return best
}

func asBits(places []placeID) (set uint) {
	for _, p := range places {
		set |= 1 << p
	}
	return set
}

func TestNetAgainstBruteForce(t *testing.T) {
	sizes := map[int]int{}
	seeds(t, 20_000, func(seed uint64, rng *rand.Rand) {
		n := randomNet(rng)
		want := brute(n)
		class := make([]int32, n.nodes())
		classes := 1 + rng.IntN(n.nodes())
		for i := range class {
			class[i] = int32(rng.IntN(classes))
		}
		upper, ok := n.quotient(class, classes)
		if ok != (want >= 0) && ok {
			t.Fatalf("seed %d: the merged graph has a cut, the net has none", seed)
		}
		if !ok {
			upper = nil // the merged graph can have ways without a place that no object takes
		} else if !separates(n, asBits(upper)) || n.sum(upper) < want {
			t.Fatalf("seed %d: the merged graph's cut %v costs %d of %d", seed, upper, n.sum(upper), want)
		}
		for _, upper := range [][]placeID{upper, nil} {
			s, err := n.solve(context.Background(), upper)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case s.none != (want < 0):
				t.Fatalf("seed %d: none is %v, brute force has %d", seed, s.none, want)
			case s.none:
			case !separates(n, asBits(s.places)), s.cost != want, n.sum(s.places) != want, !s.least:
				t.Fatalf("seed %d: %+v separates: %v; brute force has %d", seed, s, separates(n, asBits(s.places)), want)
			}
			sizes[len(s.places)]++
		}
	})
	t.Log("sizes", sizes)
	if sizes[3] == 0 {
		t.Error("no net needed three places")
	}
}

func TestHittingSet(t *testing.T) {
	seeds(t, 4000, func(seed uint64, rng *rand.Rand) {
		places := 1 + rng.IntN(12)
		cost := make([]int64, places)
		for i := range cost {
			cost[i] = int64(1 + rng.IntN(9))
		}
		var f family
		var all [][]placeID
		for range 1 + rng.IntN(14) {
			var s []placeID
			for range 1 + rng.IntN(4) {
				s = append(s, placeID(rng.IntN(places)))
			}
			slices.Sort(s)
			s = slices.Compact(s)
			all = append(all, s)
			f.add(s)
		}
		hits := func(set uint) bool {
			return !slices.ContainsFunc(all, func(s []placeID) bool { return asBits(s)&set == 0 })
		}
		best := int64(1 << 40)
		for set := range uint(1) << places {
			if hits(set) {
				var c int64
				for p := range cost {
					if set>>p&1 == 1 {
						c += cost[p]
					}
				}
				best = min(best, c)
			}
		}
		exact, greedy := hit(f.sets, cost, maxBranches), hit(f.sets, cost, 0)
		if !exact.proven || exact.cost != best || exact.lower != best || !hits(asBits(exact.places)) {
			t.Fatalf("seed %d: %+v, brute force has %d", seed, exact, best)
		}
		if !hits(asBits(greedy.places)) || greedy.cost < best || greedy.lower > best || greedy.proven && greedy.cost != best {
			t.Fatalf("seed %d: greedy %+v, brute force has %d", seed, greedy, best)
		}
	})
}

// TestManyIndependent is 3,000 ways that share nothing.
func TestManyIndependent(t *testing.T) {
	n := &net{}
	for p := range placeID(3000) {
		n.cost = append(n.cost, 1000)
		n.roots = append(n.roots, rootEdge{sink, [2]placeID{p, noPlace}})
	}
	start := time.Now()
	s, err := n.solve(context.Background(), nil)
	if err != nil || len(s.places) != 3000 || !s.least {
		t.Fatalf("%d places, %v, %v", len(s.places), s.least, err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}
