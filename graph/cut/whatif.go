package cut

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// UnknownPlaceError is a place that no way to the targets has.
type UnknownPlaceError struct {
	Name string
	Near []string // places that come close, best first
}

func (e *UnknownPlaceError) Error() string {
	return fmt.Sprintf("no reference to the targets has the place %q", e.Name)
}

// WhatIf is what some places free, whatever others say.
type WhatIf struct {
	Places       []Place // as asked
	FreesObjects int
	FreesBytes   uint64
	FreesTargets int
	Stays        int
	// Through are places by which the targets that stay are held: with these and
	// those that were asked for, nothing is left.
	Through []Place
	Many    bool // Through are some of very many
}

// maxNear is how many names an UnknownPlaceError suggests.
const maxNear = 8

// WhatIf counts what cutting places frees that are named as Place.Name has it;
// `...` stands for `…`. It must come after Cut. Two searches of the heap at most.
func (sl *Slice) WhatIf(ctx context.Context, names []string) (*WhatIf, error) {
	s := sl.s
	s.ctx = ctx
	spots, err := sl.find(names)
	if err != nil {
		return nil, err
	}
	var asked, around []placeID
	for _, sp := range spots {
		asked = append(asked, sp.ids...)
	}
	for id := range s.places {
		if s.places[id].free {
			around = append(around, placeID(id))
		}
	}
	around = append(around, asked...)
	roots := s.allRoots()
	f, err := newFlood(s, roots, around)
	if err != nil {
		return nil, err
	}
	objects, bytes := firmTotal(sl.tree, sl.v.dom)
	out := &WhatIf{FreesObjects: objects - f.objects, FreesBytes: bytes - f.bytes, FreesTargets: s.alive - f.reached, Stays: f.reached}
	n := &numbers{survey: sl.v, tree: sl.tree, out: &Answer{Alive: s.alive}, roots: roots}
	for _, sp := range spots {
		out.Places = append(out.Places, n.place(sp))
	}
	if f.reached > 0 {
		return out, n.through(out, asked)
	}
	return out, nil
}

// through finds what else must be cut.
func (n *numbers) through(out *WhatIf, asked []placeID) error {
	kept := slices.Clone(n.cost)
	defer func() { n.cost = kept }()
	n.cost = slices.Clone(kept)
	for _, p := range asked {
		n.cost[p] = costFree
	}
	found, err := n.slice.least(n.ctx)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(found.places, func(p placeID) bool { return slices.Contains(asked, p) })
	spots := n.spots(rest)
	slices.SortStableFunc(spots, func(a, b *spot) int { return cmp.Compare(n.belowOf(b), n.belowOf(a)) })
	out.Many = found.many
	for _, sp := range spots[:min(len(spots), maxShown)] {
		out.Through = append(out.Through, n.place(sp))
	}
	return nil
}

// find finds places by name.
func (sl *Slice) find(names []string) ([]*spot, error) {
	known := sl.named()
	var out []*spot
	for _, name := range names {
		sp := known[plainName(name)]
		if sp == nil {
			return nil, &UnknownPlaceError{name, sl.near(name)}
		}
		out = append(out, sp)
	}
	return out, nil
}

// plainName is a place's name without what people leave out.
func plainName(name string) string {
	name = strings.ReplaceAll(strings.TrimSpace(name), "...", "…")
	name = strings.TrimPrefix(name, "the ")
	return strings.TrimPrefix(name, "global ")
}

// named is all places that can be cut, by name.
func (sl *Slice) named() map[string]*spot {
	out := map[string]*spot{}
	for id := range sl.s.places {
		if sl.s.places[id].free {
			continue
		}
		name := plainName(sl.s.name(placeID(id)))
		if out[name] == nil {
			out[name] = &spot{}
		}
		out[name].ids = append(out[name].ids, placeID(id))
	}
	return out
}

// Places lists the names of all places on ways to the targets: those that lead to
// the targets themselves first, by how many references they have, then the
// program's own, by how many targets are below them.
func (sl *Slice) Places() []string {
	var list []placeID
	for id := range sl.s.places {
		if !sl.s.places[id].free {
			list = append(list, placeID(id))
		}
	}
	slices.SortFunc(list, func(x, y placeID) int {
		a, b := &sl.s.places[x], &sl.s.places[y]
		if a.target != b.target {
			return map[bool]int{true: -1, false: 1}[a.target]
		}
		if a.target {
			return cmp.Or(cmp.Compare(b.stats.refs, a.stats.refs), cmp.Compare(x, y))
		}
		return cmp.Or(cmp.Compare(sl.s.boxes[a.box].rank, sl.s.boxes[b.box].rank), cmp.Compare(b.stats.below, a.stats.below), cmp.Compare(x, y))
	})
	var out []string
	seen := map[string]bool{}
	for _, id := range list {
		if name := sl.s.name(id); !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// near is the places whose names share the most with one.
func (sl *Slice) near(name string) []string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(` .[]"…()*`, r) })
	list := sl.Places()
	score := func(s string) (hits int) {
		s = strings.ToLower(s)
		for _, w := range words {
			if strings.Contains(s, w) {
				hits++
			}
		}
		return hits
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(score(b), score(a)) })
	return list[:min(len(list), maxNear)]
}
