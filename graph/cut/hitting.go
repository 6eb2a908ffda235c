package cut

import (
	"cmp"
	"slices"
)

// maxBranches is how many branches are tried for one hitting set.
const maxBranches = 20_000

// family is sets of places of which none includes another.
type family struct {
	sets  [][]placeID
	masks []uint64
}

// add adds a set and drops those that include it; a set that includes another
// is dropped itself.
func (f *family) add(set []placeID) {
	var mask uint64
	for _, p := range set {
		mask |= bit(p)
	}
	keep := 0
	for i, old := range f.sets {
		if f.masks[i]&^mask == 0 && includes(set, old) {
			return
		}
		if mask&^f.masks[i] == 0 && includes(old, set) {
			continue
		}
		f.sets[keep], f.masks[keep] = old, f.masks[i]
		keep++
	}
	f.sets, f.masks = append(f.sets[:keep], set), append(f.masks[:keep], mask)
}

// includes reports whether sorted a has all of sorted b.
func includes(a, b []placeID) bool {
	if len(b) > len(a) {
		return false
	}
	i := 0
	for _, p := range b {
		for i < len(a) && a[i] < p {
			i++
		}
		if i == len(a) || a[i] != p {
			return false
		}
	}
	return true
}

// hitting is a hitting set: at least one place of each set of a family.
type hitting struct {
	places []placeID
	cost   int64
	proven bool  // of least cost
	lower  int64 // no hitting set costs less; cost if proven
}

// hit finds a hitting set, of least cost unless it takes more than budget
// branches. Sets must not be empty.
func hit(sets [][]placeID, cost []int64, budget int) hitting {
	r := newReduction(sets, cost)
	r.reduce()
	out := hitting{places: r.forced, proven: true}
	for _, part := range r.parts() {
		b := newBranching(part, cost, budget)
		b.run()
		budget = max(0, budget-b.steps)
		out.places = append(out.places, b.best...)
		out.proven = out.proven && !b.stopped
		if b.stopped {
			out.lower += b.lower
		} else {
			out.lower += b.bestCost
		}
	}
	for _, p := range r.forced {
		out.lower += cost[p]
	}
	for _, p := range out.places {
		out.cost += cost[p]
	}
	slices.Sort(out.places)
	return out
}

// reduction makes a family smaller without a change of what it costs to hit.
type reduction struct {
	cost   []int64
	sets   [][]placeID
	forced []placeID
}

func newReduction(sets [][]placeID, cost []int64) *reduction {
	return &reduction{cost: cost, sets: slices.Clone(sets)}
}

// reduce repeats until nothing changes: a set of one place forces it, and of two
// places of which one hits all that the other hits and costs no more, the other
// is dropped.
func (r *reduction) reduce() {
	for changed := true; changed; {
		changed = r.force()
		if r.dominated() {
			changed = true
		}
	}
}

func (r *reduction) force() bool {
	chosen := map[placeID]bool{}
	for _, s := range r.sets {
		if len(s) == 1 && !chosen[s[0]] {
			chosen[s[0]] = true
			r.forced = append(r.forced, s[0])
		}
	}
	if len(chosen) == 0 {
		return false
	}
	r.sets = slices.DeleteFunc(r.sets, func(s []placeID) bool {
		return slices.ContainsFunc(s, func(p placeID) bool { return chosen[p] })
	})
	return true
}

func (r *reduction) dominated() bool {
	in := map[placeID][]int32{} // the sets that each place is in, in rising order
	for i, s := range r.sets {
		for _, p := range s {
			in[p] = append(in[p], int32(i))
		}
	}
	order := make([]placeID, 0, len(in))
	for p := range in {
		order = append(order, p)
	}
	slices.SortFunc(order, func(a, b placeID) int { // the worst first
		return cmp.Or(cmp.Compare(len(in[a]), len(in[b])), cmp.Compare(r.cost[b], r.cost[a]), cmp.Compare(b, a))
	})
	dropped := map[placeID]bool{}
	for _, x := range order {
		for _, y := range r.sets[in[x][0]] {
			if y != x && !dropped[y] && r.cost[y] <= r.cost[x] && includes(in[y], in[x]) {
				dropped[x] = true
				break
			}
		}
	}
	if len(dropped) == 0 {
		return false
	}
	var f family
	for _, s := range r.sets {
		f.add(slices.DeleteFunc(slices.Clone(s), func(p placeID) bool { return dropped[p] }))
	}
	r.sets = f.sets
	return true
}

// parts splits the sets into parts that share no place.
func (r *reduction) parts() [][][]placeID {
	owner := map[placeID]int{}
	up := make([]int, len(r.sets))
	find := func(i int) int {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	for i, s := range r.sets {
		up[i] = i
		for _, p := range s {
			if j, ok := owner[p]; ok {
				up[find(i)] = find(j)
			} else {
				owner[p] = i
			}
		}
	}
	index := map[int]int{}
	var out [][][]placeID
	for i, s := range r.sets {
		k, ok := index[find(i)]
		if !ok {
			k = len(out)
			index[find(i)] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], s)
	}
	return out
}
