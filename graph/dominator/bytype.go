package dominator

import (
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// RetainedByType returns what the objects of each type retain together, in bytes and
// indexed by TypeID: what [Tree.Freed] says of them. For each object it finds the
// types that are on every way from the roots to it, which are few and the same for
// most objects, so that they are numbered: a data flow to its fixed point, of mostly
// one search, and 4 bytes an object. It fails only with the context's error.
func RetainedByType(ctx context.Context, t *Tree) ([]uint64, error) {
	f := typeFlow{t: t, in: make([]uint32, t.g.Len()), known: map[string]uint32{}, joins: map[uint64]uint32{}, adds: map[uint64]uint32{}}
	f.intern(nil) // number 0 is for objects that were not reached
	f.none = f.intern([]graph.TypeID{})
	for _, r := range t.g.Roots() {
		if r.Via.Retains() {
			f.reach(r.Node, f.none)
		}
	}
	var kept, level []graph.NodeID
	for len(f.queue) > 0 {
		level, f.queue = f.queue, level[:0]
		for i, n := range level {
			if i%ctxInterval == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			own := f.add(f.in[n], t.g.Type(n))
			for _, to := range t.g.Retained(n, &kept) {
				f.reach(to, own)
			}
		}
	}
	return f.sums(), nil
}

// typeFlow numbers sets of types.
type typeFlow struct {
	t     *Tree
	in    []uint32 // by object: the types on every way to it, without its own; 0 if not reached
	queue []graph.NodeID
	none  uint32
	sets  [][]graph.TypeID
	known map[string]uint32
	joins map[uint64]uint32 // of two sets
	adds  map[uint64]uint32 // of a set and a type
	last  [1 << 12]struct { // of adds and joins, by the low bits of the key's sum
		key uint64
		id  uint32
	}
}

// reach says that a way leads to an object through types.
func (f *typeFlow) reach(n graph.NodeID, through uint32) {
	had := f.in[n]
	if had == through {
		return
	}
	now := through
	if had != 0 {
		now = f.both(had, through)
	}
	if now == had {
		return
	}
	f.in[n] = now
	if !f.t.g.Leaf(n) {
		f.queue = append(f.queue, n)
	}
}

// intern numbers a sorted set.
func (f *typeFlow) intern(set []graph.TypeID) uint32 {
	key := make([]byte, 0, 4*len(set)+1)
	if set == nil {
		key = append(key, 1)
	}
	for _, t := range set {
		key = append(key, byte(t), byte(t>>8), byte(t>>16), byte(t>>24))
	}
	id, ok := f.known[string(key)]
	if !ok {
		id = uint32(len(f.sets))
		f.sets = append(f.sets, set)
		f.known[string(key)] = id
	}
	return id
}

// both is what two sets have in common.
func (f *typeFlow) both(a, b uint32) uint32 {
	key := uint64(min(a, b))<<32 | uint64(max(a, b))
	last := &f.last[(key>>32*31+key)%uint64(len(f.last))]
	if last.key == key {
		return last.id
	}
	id, ok := f.joins[key]
	if !ok {
		common := []graph.TypeID{}
		for _, t := range f.sets[a] {
			if _, has := slices.BinarySearch(f.sets[b], t); has {
				common = append(common, t)
			}
		}
		id = f.intern(common)
		f.joins[key] = id
	}
	last.key, last.id = key, id
	return id
}

func (f *typeFlow) add(a uint32, t graph.TypeID) uint32 {
	key := 1<<63 | uint64(a)<<32 | uint64(t)
	last := &f.last[(key>>32*31+key)%uint64(len(f.last))]
	if last.key == key {
		return last.id
	}
	id, ok := f.adds[key]
	if !ok {
		set := f.sets[a]
		if at, has := slices.BinarySearch(set, t); !has {
			set = slices.Insert(slices.Clone(set), at, t)
		}
		id = f.intern(set)
		f.adds[key] = id
	}
	last.key, last.id = key, id
	return id
}

// sums adds each object's size to the types that it is freed with.
func (f *typeFlow) sums() []uint64 {
	var bytes []uint64 // by set
	for n, in := range f.in {
		if in == 0 {
			continue
		}
		n := graph.NodeID(n)
		id := f.add(in, f.t.g.Type(n))
		if grow := len(f.sets) - len(bytes); grow > 0 {
			bytes = append(bytes, make([]uint64, grow)...)
		}
		bytes[id] += f.t.g.Size(n)
	}
	out := make([]uint64, f.t.g.Types().Len())
	for id, b := range bytes {
		for _, t := range f.sets[id] {
			out[t] += b
		}
	}
	return out
}
