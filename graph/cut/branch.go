package cut

import (
	"cmp"
	"math"
	"slices"
)

// branching finds the hitting set of least cost of one family by branch and
// bound.
type branching struct {
	sets     [][]placeID
	cost     []int64
	in       map[placeID][]int32 // the sets that a place is in
	hits     []int               // by set: chosen places in it
	excluded map[placeID]bool
	chosen   []placeID
	budget   int

	best     []placeID
	bestCost int64
	lower    int64
	steps    int
	stopped  bool
	used     map[placeID]int // by the bound that is being made
	bounds   int
}

func newBranching(sets [][]placeID, cost []int64, budget int) *branching {
	b := &branching{sets: sets, cost: cost, in: map[placeID][]int32{}, hits: make([]int, len(sets)),
		excluded: map[placeID]bool{}, used: map[placeID]int{}, budget: budget}
	for i, s := range sets {
		for _, p := range s {
			b.in[p] = append(b.in[p], int32(i))
		}
	}
	return b
}

func (b *branching) run() {
	b.best = b.greedy()
	for _, p := range b.best {
		b.bestCost += b.cost[p]
	}
	b.lower, _ = b.bound()
	if b.lower < b.bestCost {
		b.branch(0)
	}
}

// greedy takes the place that hits the most open sets for its cost until all
// are hit, and then drops those that are not needed.
func (b *branching) greedy() []placeID {
	open := map[placeID]int{}
	for p, in := range b.in {
		open[p] = len(in)
	}
	hits := make([]int, len(b.sets))
	var out []placeID
	for left := len(b.sets); left > 0; {
		top := noPlace
		for p, k := range open {
			if k > 0 && (top < 0 || b.better(p, k, top, open[top])) {
				top = p
			}
		}
		out = append(out, top)
		for _, i := range b.in[top] {
			if hits[i]++; hits[i] == 1 {
				left--
				for _, p := range b.sets[i] {
					open[p]--
				}
			}
		}
	}
	slices.SortFunc(out, func(x, y placeID) int { return cmp.Or(cmp.Compare(b.cost[y], b.cost[x]), cmp.Compare(y, x)) })
	return slices.DeleteFunc(out, func(p placeID) bool {
		if slices.ContainsFunc(b.in[p], func(i int32) bool { return hits[i] == 1 }) {
			return false
		}
		for _, i := range b.in[p] {
			hits[i]--
		}
		return true
	})
}

// better compares places that hit k and l open sets: more for their cost first.
func (b *branching) better(p placeID, k int, q placeID, l int) bool {
	x, y := float64(k)*float64(b.cost[q]), float64(l)*float64(b.cost[p])
	return x > y || x == y && p < q
}

// bound is a lower bound for hitting the open sets, and the open set with the
// fewest places that may be taken; -1 if none is open. It sums up the cheapest
// places of sets that share no place.
func (b *branching) bound() (sum int64, fewest int) {
	type open struct {
		set, allowed int
		cheapest     int64
	}
	var list []open
	for i, s := range b.sets {
		if b.hits[i] > 0 {
			continue
		}
		o := open{i, 0, math.MaxInt64}
		for _, p := range s {
			if !b.excluded[p] {
				o.allowed++
				o.cheapest = min(o.cheapest, b.cost[p])
			}
		}
		if o.allowed == 0 {
			return math.MaxInt64 / 2, i
		}
		list = append(list, o)
	}
	if len(list) == 0 {
		return 0, -1
	}
	slices.SortFunc(list, func(x, y open) int {
		return cmp.Or(cmp.Compare(x.allowed, y.allowed), cmp.Compare(y.cheapest, x.cheapest), cmp.Compare(x.set, y.set))
	})
	b.bounds++
	for _, o := range list {
		if slices.ContainsFunc(b.sets[o.set], func(p placeID) bool { return !b.excluded[p] && b.used[p] == b.bounds }) {
			continue
		}
		for _, p := range b.sets[o.set] {
			b.used[p] = b.bounds
		}
		sum += o.cheapest
	}
	return sum, list[0].set
}

func (b *branching) branch(cost int64) {
	if b.steps++; b.steps > b.budget {
		b.stopped = true
		return
	}
	bound, set := b.bound()
	if set < 0 {
		if cost < b.bestCost {
			b.best, b.bestCost = slices.Clone(b.chosen), cost
		}
		return
	}
	if cost+bound >= b.bestCost {
		return
	}
	allowed := slices.DeleteFunc(slices.Clone(b.sets[set]), func(p placeID) bool { return b.excluded[p] })
	slices.SortFunc(allowed, func(x, y placeID) int { return cmp.Or(cmp.Compare(b.cost[x], b.cost[y]), cmp.Compare(x, y)) })
	for _, p := range allowed {
		b.choose(p, 1)
		b.branch(cost + b.cost[p])
		b.choose(p, -1)
		b.excluded[p] = true
		if b.stopped {
			break
		}
	}
	for _, p := range allowed {
		delete(b.excluded, p)
	}
}

// choose takes a place into the set, or the last one out of it for -1.
func (b *branching) choose(p placeID, by int) {
	if by > 0 {
		b.chosen = append(b.chosen, p)
	} else {
		b.chosen = b.chosen[:len(b.chosen)-1]
	}
	for _, i := range b.in[p] {
		b.hits[i] += by
	}
}
