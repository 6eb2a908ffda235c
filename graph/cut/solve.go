package cut

import (
	"cmp"
	"context"
	"slices"
)

const (
	maxSearches = 200
	// manyCost is the lower bound from which on no small cut is offered, about 12
	// places of the program, if there are manyPlaces: few dear ones can be named.
	manyCost   = 14_000
	manyPlaces = 7
)

// solution is a set of places that separates roots from targets.
type solution struct {
	places   []placeID
	cost     int64
	least    bool // proven to be of least cost
	many     bool // no small set separates
	none     bool // some way has no place
	searches int
}

// solve finds the set of least cost that no way of the net avoids. upper is one
// that separates, at what cost ever.
func (n *net) solve(ctx context.Context, upper []placeID) (solution, error) {
	s := &solver{searcher: newSearcher(ctx, n), upper: upper, best: n.sum(upper), block: make(blocked, len(n.cost))}
	return s.run()
}

type solver struct {
	*searcher
	upper []placeID
	best  int64 // cost of upper
	block blocked
	ways  family
	out   solution
}

func (s *solver) run() (solution, error) {
	h := hitting{proven: true} // of no way yet
	budget := maxBranches
	for s.out.searches < maxSearches {
		ok, err := s.grow(h.places)
		if err != nil || s.out.none {
			return s.out, err
		}
		if ok { // nothing avoids h
			return s.end(h.places, h.proven)
		}
		if h = hit(s.ways.sets, s.cost, budget); !h.proven {
			budget = 0 // greedy from here on
		}
		switch {
		case s.upper != nil && h.lower >= s.best:
			return s.end(s.upper, true)
		case h.lower > manyCost && len(h.places) >= manyPlaces && s.upper != nil:
			s.out.many = true
			return s.end(s.upper, false)
		}
	}
	if s.upper == nil { // cut whatever the ways have, which separates by blocking all of them
		for _, set := range s.ways.sets {
			s.upper = append(s.upper, set...)
		}
		slices.Sort(s.upper)
		s.upper = slices.Compact(s.upper)
	}
	return s.end(s.upper, false)
}

// grow adds ways that avoid a set, and then ways that share no place with those
// found, which bound the cost from below in few rounds. ok is true if there is
// none.
func (s *solver) grow(set []placeID) (ok bool, err error) {
	clear(s.block)
	s.block.set(set, true)
	for round := 0; ; round++ {
		s.out.searches++
		found, err := s.searcher.run(s.block)
		if err != nil || len(found) == 0 {
			return round == 0, err
		}
		for _, way := range found {
			if len(way) == 0 {
				s.out.none = true
				return false, nil
			}
			s.ways.add(way)
			s.block.set(way, true)
		}
	}
}

// end drops what is not needed of a set that may have more, and compares it with
// the upper bound.
func (s *solver) end(places []placeID, least bool) (solution, error) {
	var err error
	if !least {
		if s.upper != nil && s.best < s.sum(places) {
			places = s.upper
		}
		if places, err = s.minimal(places); err != nil {
			return s.out, err
		}
	}
	s.out.places, s.out.cost, s.out.least = places, s.sum(places), least
	s.out.many = s.out.many || isMany(s.out.cost, places)
	return s.out, nil
}

// isMany reports whether a set is too large to be advice.
func isMany(cost int64, places []placeID) bool { return cost > manyCost && len(places) >= manyPlaces }

// minimal drops places, the dearest first, as long as the rest separates.
func (s *solver) minimal(places []placeID) ([]placeID, error) {
	if len(places) > maxSearches {
		return places, nil
	}
	order := slices.Clone(places)
	slices.SortFunc(order, func(x, y placeID) int { return cmp.Or(cmp.Compare(s.cost[y], s.cost[x]), cmp.Compare(x, y)) })
	clear(s.block)
	s.block.set(places, true)
	needed := places[:0:0]
	for _, p := range order {
		s.block[p] = false
		found, err := s.searcher.run(s.block)
		if err != nil {
			return nil, err
		}
		s.out.searches++
		if len(found) > 0 {
			s.block[p] = true
			needed = append(needed, p)
		}
	}
	slices.Sort(needed)
	return needed, nil
}
