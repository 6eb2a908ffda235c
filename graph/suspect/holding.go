package suspect

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

// holding is many objects of one type that are held by objects of one type: in
// the dominator tree each is the child of a holder, when containers' insides
// are left out.
type holding struct {
	holder   graph.TypeID
	elem     graph.TypeID
	inline   bool // the elements are inside of containers' internal objects
	owners   []graph.NodeID
	largest  graph.NodeID // the holder with most elements
	most     tally        // its elements
	elements int
	retained uint64 // by the elements
}

const (
	// minOwned is how many children a holder needs to be looked at; holders
	// of fewer are too many.
	minOwned = 32
	// maxOwners is how many holders of one kind are asked what holds them in
	// turn.
	maxOwners = 10_000
)

// holdings returns all groups, those that retain the most first. All detectors
// share them.
func (h *Heap) holdings(ctx context.Context) ([]*holding, error) {
	h.once.Do(func() {
		s := scanner{h: h, found: map[holdingKey]*holding{}, tally: map[graph.TypeID]*tally{}}
		if h.err = s.run(ctx); h.err != nil {
			return
		}
		for _, x := range s.found {
			h.all = append(h.all, s.parts(x)...)
		}
		slices.SortFunc(h.all, func(a, b *holding) int {
			return cmp.Or(cmp.Compare(b.retained, a.retained), cmp.Compare(a.largest, b.largest), cmp.Compare(a.elem, b.elem))
		})
	})
	return h.all, h.err
}

// parts takes apart what has only the holders' type in common. A program's own
// type means one thing wherever it is; lists and maps of the language do not, and
// those of different roots have nothing to do with each other. A holder with half
// of the elements stands alone.
func (s *scanner) parts(x *holding) []*holding {
	if len(x.owners) == 1 || x.retained < s.h.floor() || !s.h.isGeneric(x.holder) {
		return []*holding{x.alone()}
	}
	owners := x.owners[:min(len(x.owners), maxOwners)]
	if len(owners) < len(x.owners) && !slices.Contains(owners, x.largest) {
		owners = append(slices.Clone(owners), x.largest)
	}
	roots, words := map[holdingGroup]*holding{}, lang.Of(s.h.Graph)
	for _, owner := range owners {
		var group holdingGroup
		if r := s.h.root(owner); r != nil {
			group.root = words.GroupOf(r)
		}
		if x.inline {
			group.typ, group.ref = s.h.field(owner)
		}
		inside := s.children(owner)
		own := &inside
		if !x.inline {
			own = s.tally[x.elem]
		}
		if roots[group] == nil {
			roots[group] = newHolding(holdingKey{x.holder, x.elem, x.inline})
		}
		roots[group].add(owner, own)
	}
	var parts []*holding
	for _, part := range roots {
		parts = append(parts, part.alone())
	}
	return parts
}

// holdingGroup is where holders of one type belong together: below one root, and
// where nothing is known of their elements, in one field of one type.
type holdingGroup struct {
	root lang.GroupKey
	typ  graph.TypeID
	ref  string
}

// field is the type and the reference that hold an object.
func (h *Heap) field(n graph.NodeID) (graph.TypeID, string) {
	steps := h.Paths.Path(n, nil).Steps
	k := len(steps)
	if k < 2 {
		return 0, ""
	}
	return h.Graph.Type(steps[k-2].Node), retain.Pattern(steps[k-1].Ref)
}

// alone is the largest holder by itself, if it has half of the elements.
func (x *holding) alone() *holding {
	if len(x.owners) == 1 || 2*x.most.count < x.elements {
		return x
	}
	one := newHolding(holdingKey{x.holder, x.elem, x.inline})
	one.add(x.largest, &x.most)
	return one
}

// large reports whether a group has many elements, or many bytes inside of
// containers, and is enough of the heap to be suspect.
func (h *Heap) large(x *holding) bool {
	bytes := x.retained
	if len(x.owners) == 1 && !x.inline && h.floor() < minBytes {
		bytes = max(bytes, h.Tree.Retained(x.largest)) // with the container, which is much of a small heap
	}
	return h.enough(bytes) && (x.inline || x.elements >= h.least() && h.isMany(x)) && !h.isLibrarys(x)
}

// isMany reports whether the elements are many for their holders, or these are many,
// or have about as many each as the shards of a cache do: some dozens of objects with
// some hundred parts each, such as parsed files, are what a program works with, unless
// that is much of its heap.
func (h *Heap) isMany(x *holding) bool {
	_, total := h.Tree.Total()
	even := x.most.count*len(x.owners) <= 2*x.elements
	return len(x.owners) == 1 || len(x.owners) >= minAccumulated || even || 2*x.most.count >= x.elements || float64(x.retained) >= dropShare*float64(total)
}

// isLibrarys reports whether a library's object holds objects of the library, or texts:
// what it keeps to work with, as an index or a cache, unless that is much of the heap.
func (h *Heap) isLibrarys(x *holding) bool {
	return h.keptByLibrary(x.holder, x.elem, x.inline, x.retained)
}

func (h *Heap) keptByLibrary(holder, elem graph.TypeID, inline bool, retained uint64) bool {
	types := h.Graph.Types()
	_, total := h.Tree.Total()
	return types.About(holder).Library && (inline || types.About(elem).Library || h.isGeneric(elem)) && float64(retained) < spreadShare*float64(total)
}

// enough reports whether bytes are enough of the heap to be suspect.
func (h *Heap) enough(bytes uint64) bool {
	_, total := h.Tree.Total()
	return bytes >= h.floor() && float64(bytes) >= minShare*float64(total)
}

// floor is how many bytes are no leak to look for.
func (h *Heap) floor() uint64 {
	_, total := h.Tree.Total()
	return min(minBytes, uint64(smallShare*float64(total)))
}

// least is how many elements are many: fewer in the heap of a small program, where
// a leak has had no time to grow.
func (h *Heap) least() int {
	if h.floor() < minBytes {
		return minElements / 10
	}
	return minElements
}

type holdingKey struct {
	holder, elem graph.TypeID
	inline       bool
}

type scanner struct {
	h     *Heap
	found map[holdingKey]*holding
	tally map[graph.TypeID]*tally
}

// tally is the children of one type of one holder.
type tally struct {
	count    int
	retained uint64
	sample   graph.NodeID
}

// run counts the children of all objects, then looks at those with many.
func (s *scanner) run(ctx context.Context) error {
	owners, err := s.h.manyOwned(ctx)
	if err != nil {
		return err
	}
	for i, n := range owners {
		s.look(n)
		if i%(1<<10) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// owning is an object on the way down the dominator tree.
type owning struct {
	node  graph.NodeID
	owner int32 // which on the way has what is below it: internal objects pass it on
	owned int32 // how many objects it has
}

// manyOwned returns, in the order of NodeIDs, the objects that have many children
// when internal objects pass theirs on to their holder, and those with a lot inside.
// It keeps no more than the way down to the deepest object.
func (h *Heap) manyOwned(ctx context.Context) ([]graph.NodeID, error) {
	var (
		way    []owning
		owners []graph.NodeID
	)
	leave := func(to graph.NodeID) {
		for k := len(way) - 1; k >= 0 && way[k].node != to; k-- {
			if n := way[k].node; way[k].owned >= minOwned || h.enough(h.Tree.Retained(n)) && h.holdsInside(n) {
				owners = append(owners, n)
			}
			way = way[:k]
		}
	}
	for i, n := range h.Tree.Order() {
		if i%(1<<18) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		leave(h.Tree.Idom(n))
		own := owning{node: n, owner: int32(len(way))}
		if k := len(way) - 1; k >= 0 && h.Graph.Internal(n) {
			own.owner = way[k].owner
		} else if k >= 0 {
			way[way[k].owner].owned++
		}
		way = append(way, own)
	}
	leave(graph.None)
	slices.Sort(owners)
	return owners, nil
}

// holdsInside reports whether an object holds internal ones directly and is not
// the inside of another.
func (h *Heap) holdsInside(n graph.NodeID) bool {
	if d := h.Tree.Idom(n); h.Graph.Internal(n) && d != graph.None {
		return false
	}
	for c := range h.Tree.Children(n) {
		if h.Graph.Internal(c) {
			return true
		}
	}
	return h.Graph.Internal(n)
}

// look adds what one holder has to the groups.
func (s *scanner) look(owner graph.NodeID) {
	inside := s.children(owner)
	elem, best := s.best()
	switch {
	case best != nil && best.retained >= inside.retained/2:
		s.add(owner, elem, false, best)
	case inside.count > 0:
		s.add(owner, s.h.Graph.Type(inside.sample), true, &inside)
	}
}

// best is the type of which there are enough children and which retains the
// most; nil if there is none.
func (s *scanner) best() (elem graph.TypeID, best *tally) {
	for typ, t := range s.tally {
		if t.count >= minOwned && (best == nil || t.retained > best.retained || t.retained == best.retained && typ < elem) {
			elem, best = typ, t
		}
	}
	return elem, best
}

// children tallies a holder's children by type; what is inside is summed up
// apart, with its shallow sizes. What only pools hold is no leak, and left out.
func (s *scanner) children(owner graph.NodeID) (inside tally) {
	g, t := s.h.Graph, s.h.Tree
	clear(s.tally)
	for c := range s.h.owned(owner) {
		if g.Internal(c) {
			inside.count++
			inside.retained += g.Size(c)
			if inside.count == 1 || g.Size(c) > g.Size(inside.sample) {
				inside.sample = c
			}
			continue
		}
		k := s.tally[g.Type(c)]
		if k == nil {
			k = &tally{sample: c}
			s.tally[g.Type(c)] = k
		}
		k.count++
		k.retained += t.Retained(c)
		if t.Retained(c) > t.Retained(k.sample) {
			k.sample = c
		}
	}
	return inside
}

// owned yields an object's children in the dominator tree that not only pools
// hold; behind an internal one, its children.
func (h *Heap) owned(owner graph.NodeID) iter.Seq[graph.NodeID] {
	return func(yield func(graph.NodeID) bool) {
		for stack := []graph.NodeID{owner}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for c := range h.Tree.Children(at) {
				if h.Paths.Pooled(c) {
					continue
				}
				if h.Graph.Internal(c) {
					stack = append(stack, c)
				}
				if !yield(c) {
					return
				}
			}
		}
	}
}

func (s *scanner) add(owner graph.NodeID, elem graph.TypeID, inline bool, t *tally) {
	key := holdingKey{s.h.Graph.Type(owner), elem, inline}
	if s.found[key] == nil {
		s.found[key] = newHolding(key)
	}
	s.found[key].add(owner, t)
}

func newHolding(key holdingKey) *holding {
	return &holding{holder: key.holder, elem: key.elem, inline: key.inline, largest: graph.None}
}

// add adds a holder and its elements.
func (x *holding) add(owner graph.NodeID, t *tally) {
	x.owners = append(x.owners, owner)
	if t.count > x.most.count {
		x.most, x.largest = *t, owner
	}
	x.elements += t.count
	x.retained += t.retained
}
