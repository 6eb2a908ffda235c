package cut

import (
	"context"
	"slices"
)

const (
	maxSets    = 256     // sets of places that one search collects
	checkEvery = 1 << 18 // nodes between two looks at the context
)

// searcher finds ways from roots to targets around blocked places. It takes 24
// bytes a node.
type searcher struct {
	*net
	ctx     context.Context
	seen    []uint64 // bits
	queue   []uint32
	holder  []uint32 // the node before, or root+index of the root edge
	by      []placeID
	mask    []uint64 // the places on the way to a node, each as one of 64 bits
	found   map[uint64]bool
	sets    [][]placeID
	effort  int // steps that may still be taken to read ways
	lastBit uint64
}

func newSearcher(ctx context.Context, n *net) *searcher {
	k := n.nodes()
	return &searcher{net: n, ctx: ctx, seen: make([]uint64, (k+63)/64), holder: make([]uint32, k), by: make([]placeID, k), mask: make([]uint64, k)}
}

// bit is the bit of a place in a mask. Places that share one only make a search
// collect fewer sets.
func bit(p placeID) uint64 {
	if p < 0 {
		return 0
	}
	return 1 << (uint32(p) % 64)
}

// run searches and returns distinct sets of places of ways to targets, each in
// rising order; none if there is no way. It fails only with the context's error.
func (s *searcher) run(b blocked) ([][]placeID, error) {
	clear(s.seen)
	s.queue, s.sets, s.found, s.lastBit = s.queue[:0], nil, map[uint64]bool{}, 0
	s.effort = 4*s.nodes() + 1<<16
	for i := range s.roots {
		r := &s.roots[i]
		if b.root(r) {
			continue
		}
		mask := bit(r.places[0]) | bit(r.places[1])
		if r.to == sink {
			s.way(mask, func() []placeID { return s.rootSet(r, nil) })
		} else {
			s.reach(r.to, uint32(i), noPlace, mask, true)
		}
	}
	for i := 0; i < len(s.queue) && len(s.sets) < maxSets; i++ {
		if i%checkEvery == 0 && s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		s.expand(s.queue[i], b)
	}
	return s.sets, s.ctx.Err()
}

func (s *searcher) expand(u uint32, b blocked) {
	mask := s.mask[u]
	for e := s.off[u]; e < s.off[u+1]; e++ {
		p := s.via[e]
		if b.has(p) {
			continue
		}
		if s.to[e] == sink {
			s.way(mask|bit(p), func() []placeID { return s.read(u, p) })
		} else {
			s.reach(s.to[e], u, p, mask|bit(p), false)
		}
	}
}

// fromRoot marks a node whose holder is a root edge, in by.
const fromRoot placeID = -2

func (s *searcher) reach(v, holder uint32, p placeID, mask uint64, root bool) {
	if s.seen[v>>6]&(1<<(v&63)) != 0 {
		return
	}
	s.seen[v>>6] |= 1 << (v & 63)
	s.holder[v], s.by[v], s.mask[v] = holder, p, mask
	if root {
		s.by[v] = fromRoot
	}
	s.queue = append(s.queue, v)
}

// way keeps the set of a way unless one like it was kept.
func (s *searcher) way(mask uint64, read func() []placeID) {
	if mask == s.lastBit && len(s.sets) > 0 || s.found[mask] || len(s.sets) >= maxSets || s.effort < 0 {
		return
	}
	s.lastBit, s.found[mask] = mask, true
	set := read()
	slices.Sort(set)
	s.sets = append(s.sets, slices.Compact(set))
}

// read collects the places from a root to node u, and the last one.
func (s *searcher) read(u uint32, last placeID) []placeID {
	var set []placeID
	add := func(p placeID) {
		if p >= 0 && (len(set) == 0 || set[len(set)-1] != p) {
			set = append(set, p)
		}
		if len(set) >= 4096 { // a long chain of few places
			slices.Sort(set)
			set = slices.Compact(set)
		}
	}
	for add(last); s.by[u] != fromRoot; u = s.holder[u] {
		add(s.by[u])
		s.effort--
	}
	return s.rootSet(&s.roots[s.holder[u]], set)
}

func (s *searcher) rootSet(r *rootEdge, set []placeID) []placeID {
	for _, p := range r.places {
		if p >= 0 {
			set = append(set, p)
		}
	}
	return set
}
