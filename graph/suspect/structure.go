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
// NodeID of their tops. It goes down the dominator tree once and keeps no more than
// the way to the deepest object.
func (h *Heap) structures(ctx context.Context) ([]*structure, error) {
	f := structureFinder{h: h, found: map[graph.NodeID]*structure{}, passed: make([]bool, h.Graph.Types().Len())}
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
	way    []structureStep // the dominators of the object that is visited, and itself
	found  map[graph.NodeID]*structure
	passed []bool // by type: containers of the language, which say nothing
}

// structureStep is an object on the way down the dominator tree.
type structureStep struct {
	node   graph.NodeID
	top    graph.NodeID // of the structure that it is a member of; itself if of none
	owner  int32        // on the way: its nearest dominator that is no container; -1 if there is none
	depth  uint8        // below the top, at most 255
	parent bool         // has a member below it
}

// visit looks at an object whose dominators have been visited.
func (f *structureFinder) visit(n graph.NodeID) {
	g, at := f.h.Graph, f.h.Tree.Idom(n)
	up := int32(len(f.way) - 1)
	for up >= 0 && f.way[up].node != at {
		up--
	}
	f.way = f.way[:up+1]
	if up >= 0 && f.isPassed(f.way[up].node) {
		up = f.way[up].owner
	}
	f.way = append(f.way, structureStep{node: n, top: n, owner: up})
	if up < 0 || f.isPassed(n) {
		return
	}
	above := up
	if g.Type(f.way[above].node) != g.Type(n) { // one object of another type between two members
		above = f.way[above].owner
	}
	if above >= 0 && g.Type(f.way[above].node) == g.Type(n) {
		f.member(n, &f.way[above])
	} else if s := f.found[f.way[up].top]; s != nil {
		t := s.held[g.Type(n)]
		if t == nil {
			t = &tally{sample: n}
			s.held[g.Type(n)] = t
		}
		t.count++
		t.retained += f.h.Tree.Retained(n)
	}
}

// isPassed reports whether an object is a container of the language or the inside
// of one.
func (f *structureFinder) isPassed(n graph.NodeID) bool {
	return f.h.Graph.Internal(n) || f.passed[f.h.Graph.Type(n)]
}

func (f *structureFinder) member(n graph.NodeID, above *structureStep) {
	own := &f.way[len(f.way)-1]
	own.top, own.depth = above.top, above.depth+min(1, math.MaxUint8-above.depth)
	if !f.h.enough(f.h.Tree.Retained(own.top)) {
		return
	}
	s := f.found[own.top]
	if s == nil {
		s = &structure{top: own.top, typ: f.h.Graph.Type(n), count: 1, held: map[graph.TypeID]*tally{}}
		f.found[own.top] = s
	}
	s.count++
	s.depths += uint64(own.depth)
	if above.parent {
		s.forks++
	}
	above.parent = true
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
