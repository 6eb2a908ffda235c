package suspect

import (
	"context"
	"iter"

	"github.com/refgraph/refgraph/graph"
)

// Set says which objects a suspect is: what has accumulated. It is as small as
// what finds them, and not as they are: a few words for a map of millions.
type Set struct {
	Of    SetOf
	Nodes []graph.NodeID
	Type  graph.TypeID
}

// SetOf is how the objects of a set follow from its nodes and type. What only
// pools hold is in none but SetNodes.
type SetOf uint8

// The kinds of sets.
const (
	SetNodes  SetOf = iota // the nodes themselves
	SetOwned               // objects of the type that a node dominates, with nothing between but containers' insides and each other
	SetInside              // the containers' insides themselves
	SetLinked              // objects of the type that hang on each other below the nodes, and these
	SetSpread              // objects of the type that no single object dominates
)

// Elements is the objects of a suspect. It costs about what they and what they
// hang on are, for SetLinked and SetSpread a pass over the objects.
func (h *Heap) Elements(ctx context.Context, s *Suspect) (graph.Bitset, error) {
	set := graph.NewBitset(h.Graph.Len())
	for _, n := range s.Set.Nodes {
		switch s.Set.Of {
		case SetNodes:
			set.Add(n)
		case SetLinked:
			h.addLinked(set, n, s.Set.Type)
		default:
			h.addOwned(set, n, &s.Set)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if s.Set.Of == SetSpread {
		h.addSpread(set, s.Set.Type)
	}
	return set, ctx.Err()
}

func (h *Heap) addOwned(set graph.Bitset, owner graph.NodeID, x *Set) {
	if x.Of == SetOwned {
		for n := range h.together(owner, x.Type) {
			set.Add(n)
		}
		return
	}
	for c := range h.owned(owner) {
		if h.Graph.Internal(c) {
			set.Add(c)
		}
	}
}

// together yields the objects of a type that an object owns, and those that these
// own in turn, as the second of a list that only the first holds.
func (h *Heap) together(owner graph.NodeID, typ graph.TypeID) iter.Seq[graph.NodeID] {
	return func(yield func(graph.NodeID) bool) {
		for stack := []graph.NodeID{owner}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for c := range h.owned(at) {
				if h.Graph.Type(c) != typ || h.Graph.Internal(c) {
					continue
				}
				if !yield(c) {
					return
				}
				if !h.Graph.Leaf(c) {
					stack = append(stack, c)
				}
			}
		}
	}
}

// owns counts what SetOwned has of some objects.
func (h *Heap) owns(owners []graph.NodeID, typ graph.TypeID) (n int) {
	for _, owner := range owners {
		for range h.together(owner, typ) {
			n++
		}
	}
	return n
}

// addLinked adds the members of a structure: those that its top dominates, and
// those that it does not because something else also holds them, such as the last
// of a list.
func (h *Heap) addLinked(set graph.Bitset, top graph.NodeID, typ graph.TypeID) {
	g := h.Graph
	for n := range h.Tree.Subtree(top) {
		if g.Type(n) == typ {
			set.Add(n)
		}
	}
	seen := graph.NewBitset(g.Len())
	seen.Add(top)
	stack := []graph.NodeID{top}
	var buf []graph.NodeID
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if g.Type(n) == typ {
			set.Add(n)
		}
		for _, to := range g.Retained(n, &buf) {
			if !seen.Has(to) && (g.Type(to) == typ || g.Internal(to)) {
				seen.Add(to)
				stack = append(stack, to)
			}
		}
	}
}

func (h *Heap) addSpread(set graph.Bitset, typ graph.TypeID) {
	for n := range h.Tree.Children(graph.None) {
		if h.Paths.Pooled(n) {
			continue
		}
		if h.Graph.Type(n) == typ {
			set.Add(n)
		}
		if h.Graph.Internal(n) { // what a container holds that is held twice
			for c := range h.owned(n) {
				if h.Graph.Type(c) == typ && !h.Graph.Internal(c) {
					set.Add(c)
				}
			}
		}
	}
}

// measure puts the suspects' sizes to what their sets retain, each as a set, and
// drops containers whose entries are there for another suspect's objects.
func (h *Heap) measure(ctx context.Context, list []Suspect) ([]Suspect, error) {
	sets := make([]graph.Bitset, len(list))
	var err error
	for i := range list {
		if sets[i], err = h.Elements(ctx, &list[i]); err != nil {
			return nil, err
		}
	}
	list, sets = h.dropTables(list, sets)
	freed, err := h.Tree.FreedBySets(ctx, sets)
	if err != nil {
		return nil, err
	}
	_, total := h.Tree.Total()
	for i := range list {
		list[i].Retained = freed[i]
		list[i].Share = float64(freed[i]) / float64(total)
	}
	return list, nil
}

// dropTables leaves out suspects that are the insides of a container which refer to
// nearly all objects of another suspect, and objects of the language's own types to
// most of which another suspect's refer: that one says what accumulates, and where.
func (h *Heap) dropTables(list []Suspect, sets []graph.Bitset) (kept []Suspect, keptSets []graph.Bitset) {
	for i := range list {
		s := &list[i]
		table := s.Set.Of == SetInside && h.isTableOf(sets[i], list, sets)
		part := s.Set.Of == SetSpread && h.isGeneric(s.Set.Type) && h.isPartOf(i, list, sets)
		if !table && !part {
			kept, keptSets = append(kept, list[i]), append(keptSets, sets[i])
		}
	}
	return kept, keptSets
}

func (h *Heap) isTableOf(inside graph.Bitset, list []Suspect, sets []graph.Bitset) bool {
	refs := make([]int, len(list))
	for n := range inside.All() {
		for _, to := range h.Graph.Row(n) {
			for k := range sets {
				if list[k].Elements > 0 && sets[k].Has(to) {
					refs[k]++
				}
			}
		}
	}
	for k := range list {
		if refs[k] > 0 && float64(refs[k]) >= explainedShare*float64(list[k].Elements) {
			return true
		}
	}
	return false
}

// isPartOf reports whether the objects of another suspect refer to most of one's.
func (h *Heap) isPartOf(i int, list []Suspect, sets []graph.Bitset) bool {
	for k := range list {
		if k == i || list[k].Elements == 0 || h.isGeneric(list[k].Set.Type) {
			continue
		}
		held := graph.NewBitset(h.Graph.Len())
		for n := range sets[k].All() {
			for _, to := range h.Graph.Row(n) {
				if sets[i].Has(to) {
					held.Add(to)
				}
			}
		}
		if float64(held.Len()) >= partShare*float64(list[i].Elements) {
			return true
		}
	}
	return false
}

// partShare is the part of some objects that belong to another suspect's objects
// which makes them a part of it.
const partShare = 0.8
