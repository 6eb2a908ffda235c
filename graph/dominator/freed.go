package dominator

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// mostSets is how many sets one search of FreedBySets goes around.
const mostSets = 32

// FreedBySets is what [Tree.Freed] says of each of several sets, in bytes: all of
// them in one search for every 32, where an object is looked at again only if it is
// reached around one set and was not before. It takes 8 bytes an object.
func (t *Tree) FreedBySets(ctx context.Context, sets []graph.Bitset) ([]uint64, error) {
	out := make([]uint64, 0, len(sets))
	for len(sets) > 0 {
		k := min(len(sets), mostSets)
		freed, err := t.freedBy(ctx, sets[:k])
		if err != nil {
			return nil, err
		}
		out, sets = append(out, freed...), sets[k:]
	}
	return out, nil
}

// freedBy has a bit for each of the sets: whether an object is in it, and whether
// the object is reached around it.
func (t *Tree) freedBy(ctx context.Context, sets []graph.Bitset) ([]uint64, error) {
	member, reached := make([]uint32, t.g.Len()), make([]uint32, t.g.Len())
	for i, set := range sets {
		for n := range set.All() {
			member[n] |= 1 << i
		}
	}
	if err := t.around(ctx, member, reached, uint32(1<<len(sets)-1)); err != nil {
		return nil, err
	}
	freed := make([]uint64, len(sets))
	for i := range freed {
		freed[i] = t.bytes
	}
	for _, n := range t.order {
		size := t.g.Size(n)
		for i, mask := 0, reached[n]; mask != 0; i, mask = i+1, mask>>1 {
			if mask&1 != 0 {
				freed[i] -= size
			}
		}
	}
	return freed, nil
}

// around searches from the roots around all sets at once.
func (t *Tree) around(ctx context.Context, member, reached []uint32, all uint32) error {
	var stack, kept []graph.NodeID
	visit := func(n graph.NodeID, by uint32) {
		if by &^= member[n]; by&^reached[n] != 0 {
			reached[n] |= by
			if !t.g.Leaf(n) {
				stack = append(stack, n)
			}
		}
	}
	for _, r := range t.g.Roots() {
		if r.Via.Retains() {
			visit(r.Node, all)
		}
	}
	for steps := 0; len(stack) > 0; steps++ {
		if steps%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, to := range t.g.Retained(n, &kept) {
			visit(to, reached[n])
		}
	}
	return nil
}
