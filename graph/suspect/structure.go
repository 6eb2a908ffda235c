package suspect

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// structure is objects of one type that hang on each other, with nothing between
// them but containers and at most one object of another type: a list, a tree, a
// trie, of any arity. Nobody sees its size in any one object.
type structure struct {
	top    graph.NodeID // dominates the others
	typ    graph.TypeID
	count  int
	depths uint64 // sum of the members' depths below the top
	forks  int    // members beyond the first below another member
	held   map[graph.TypeID]*tally
}

const (
	// minDepth is how deep the members of a structure are on average: below that
	// they are the elements of a container.
	minDepth = 2
	// maxForks is the part of a list's members that may have two successors.
	maxForks = 0.01
)

// linear reports whether a structure is a list.
func (s *structure) linear() bool { return float64(s.forks) <= maxForks*float64(s.count) }

// structures returns the structures that are large enough to be suspect, by the
// NodeID of their tops. It takes two passes over the dominator tree and 9 bytes an
// object.
func (h *Heap) structures(ctx context.Context) ([]*structure, error) {
	f := structureFinder{h: h, owner: make([]graph.NodeID, h.Graph.Len()), top: make([]graph.NodeID, h.Graph.Len()),
		depth: make([]uint8, h.Graph.Len()), parent: graph.NewBitset(h.Graph.Len()), found: map[graph.NodeID]*structure{},
		passed: make([]bool, h.Graph.Types().Len())}
	for t := range f.passed {
		f.passed[t] = h.isGeneric(graph.TypeID(t))
	}
	for i, n := range h.Tree.Order() {
		if i%(1<<18) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.visit(n)
	}
	var list []*structure
	for _, s := range f.found {
		if s.count >= h.least() && float64(s.depths) >= minDepth*float64(s.count) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *structure) int { return int(int64(a.top) - int64(b.top)) })
	return list, nil
}

type structureFinder struct {
	h      *Heap
	owner  []graph.NodeID // the nearest dominator that is no container; None if there is none
	top    []graph.NodeID // of the structure that an object is a member of; itself if of none
	depth  []uint8        // below the top, at most 255
	parent graph.Bitset   // members that have a member below them
	found  map[graph.NodeID]*structure
	passed []bool // by type: containers of the language, which say nothing
}

// visit looks at an object whose dominators have been visited.
func (f *structureFinder) visit(n graph.NodeID) {
	g, up := f.h.Graph, f.h.Tree.Idom(n)
	if up != graph.None && (g.Internal(up) || f.passed[g.Type(up)]) {
		up = f.owner[up]
	}
	f.owner[n], f.top[n] = up, n
	if up == graph.None || g.Internal(n) || f.passed[g.Type(n)] {
		return
	}
	above := up
	if g.Type(above) != g.Type(n) { // one object of another type between two members
		above = f.owner[above]
	}
	if above != graph.None && g.Type(above) == g.Type(n) {
		f.member(n, above)
	} else if s := f.found[f.top[up]]; s != nil {
		t := s.held[g.Type(n)]
		if t == nil {
			t = &tally{sample: n}
			s.held[g.Type(n)] = t
		}
		t.count++
		t.retained += f.h.Tree.Retained(n)
	}
}

func (f *structureFinder) member(n, above graph.NodeID) {
	top := f.top[above]
	f.top[n], f.depth[n] = top, f.depth[above]+min(1, math.MaxUint8-f.depth[above])
	if !f.h.enough(f.h.Tree.Retained(top)) {
		return
	}
	s := f.found[top]
	if s == nil {
		s = &structure{top: top, typ: f.h.Graph.Type(n), count: 1, held: map[graph.TypeID]*tally{}}
		f.found[top] = s
	}
	s.count++
	s.depths += uint64(f.depth[n])
	if f.parent.Has(above) {
		s.forks++
	}
	f.parent.Add(above)
}

// trees reports structures that fork; linkedLists has the others.
func trees(ctx context.Context, h *Heap) ([]Suspect, error) {
	return h.fromStructures(ctx, func(s *structure) bool { return !s.linear() })
}

func (h *Heap) fromStructures(ctx context.Context, want func(*structure) bool) ([]Suspect, error) {
	list, err := h.structures(ctx)
	if err != nil {
		return nil, err
	}
	var out []Suspect
	for _, s := range list {
		if want(s) {
			out = append(out, h.structure(s))
		}
	}
	return out, ctx.Err()
}

// structure makes the suspect of a list or tree. Its elements are what the members
// hold, if that is most of it.
func (h *Heap) structure(x *structure) Suspect {
	typ := h.Graph.Types().Name(x.typ)
	s := Suspect{
		Object: x.top, Accumulation: x.top, Count: 1, Elements: x.count, ElementType: typ,
		Retained: h.Tree.Retained(x.top), Path: h.Paths.Path(x.top, nil), Hint: hintTree, Set: Set{SetLinked, []graph.NodeID{x.top}, x.typ},
	}
	set := graph.NewBitset(h.Graph.Len())
	h.addLinked(set, x.top, x.typ)
	s.Elements = set.Len()
	kind := "tree"
	if x.linear() {
		kind, s.Hint = "linked list", hintList
	}
	s.Reason = fmt.Sprintf("a %s of %s %s", kind, count(s.Elements), typ)
	if elem, t := x.payload(); t != nil && 2*t.retained >= s.Retained {
		s.Elements, s.ElementType = t.count, h.Graph.Types().Name(elem)
		s.Reason += fmt.Sprintf(" holds %s %s", count(t.count), s.ElementType)
	}
	if s.Path.Root != nil {
		s.Reason += heldBy + h.rootText(s.Path)
	}
	s.Fingerprint = h.digest("structure", rootKey(h, s.Path), typ, h.lastRef(s.Path))
	return s
}

// payload is the type that most of the members hold one object of.
func (x *structure) payload() (elem graph.TypeID, best *tally) {
	for typ, t := range x.held {
		if 2*t.count >= x.count && (best == nil || t.retained > best.retained || t.retained == best.retained && typ < elem) {
			elem, best = typ, t
		}
	}
	return elem, best
}
