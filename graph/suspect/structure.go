package suspect

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

// structure is objects of one type that hang on each other, with nothing between
// them but containers and at most one object of another type: a list, a tree, a
// trie, of any arity. Nobody sees its size in any one object.
type structure struct {
	tops   []graph.NodeID // dominate the others, the one that retains most first
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
	// maxTops is how many trees of one place are one tree whose root nobody sees: it
	// is the holder itself, or in a variable and not in the heap.
	maxTops = 64
	// maxPayload is how many members of a tree there are at most for each object that
	// it was made to hold.
	maxPayload = 8
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
	list := h.joined(f.found)
	list = slices.DeleteFunc(list, func(s *structure) bool {
		return s.count < h.least() || float64(s.depths) < minDepth*float64(s.count) || !h.enough(h.Tree.RetainedBy(s.tops))
	})
	return list, nil
}

// topsKey is where the tops of structures are held together: by one object, or by
// one group of roots.
type topsKey struct {
	typ    graph.TypeID
	holder graph.NodeID
	root   lang.GroupKey
}

// joined returns structures by the NodeID of their first tops, trees of one holder
// together. Lists stay apart: many short ones are the elements of a table.
func (h *Heap) joined(found map[graph.NodeID]*structure) (list []*structure) {
	trees := map[topsKey][]*structure{}
	words := lang.Of(h.Graph)
	for top, s := range found {
		if s.linear() {
			list = append(list, s)
			continue
		}
		key := topsKey{typ: s.typ, holder: h.Tree.Idom(top)}
		for key.holder != graph.None && h.Graph.Internal(key.holder) {
			key.holder = h.Tree.Idom(key.holder)
		}
		if r := h.root(top); r != nil && key.holder == graph.None {
			key.root = words.GroupOf(r)
		}
		trees[key] = append(trees[key], s)
	}
	for _, parts := range trees {
		slices.SortFunc(parts, func(a, b *structure) int {
			return cmp.Or(cmp.Compare(h.Tree.Retained(b.tops[0]), h.Tree.Retained(a.tops[0])), cmp.Compare(a.tops[0], b.tops[0]))
		})
		if len(parts) <= maxTops {
			for _, s := range parts[1:] {
				parts[0].join(s)
			}
			parts = parts[:1]
		}
		list = append(list, parts...)
	}
	slices.SortFunc(list, func(a, b *structure) int { return cmp.Compare(a.tops[0], b.tops[0]) })
	return list
}

func (s *structure) join(o *structure) {
	s.tops = append(s.tops, o.tops...)
	s.count, s.depths, s.forks = s.count+o.count, s.depths+o.depths, s.forks+o.forks
	for typ, t := range o.held {
		if s.held[typ] == nil {
			s.held[typ] = t
			continue
		}
		s.held[typ].count += t.count
		s.held[typ].retained += t.retained
	}
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
	if !f.h.enough(maxTops * f.h.Tree.Retained(own.top)) {
		return
	}
	s := f.found[own.top]
	if s == nil {
		s = &structure{tops: []graph.NodeID{own.top}, typ: f.h.Graph.Type(n), count: 1, held: map[graph.TypeID]*tally{}}
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
	typ, top := h.Graph.Types().Name(x.typ), x.tops[0]
	s := Suspect{
		Object: top, Accumulation: top, Count: len(x.tops), ElementType: typ, Retained: h.Tree.RetainedBy(x.tops),
		Path: h.Paths.Path(top, nil), Hint: hintTree, Set: Set{SetLinked, x.tops, x.typ},
	}
	set := graph.NewBitset(h.Graph.Len())
	for _, top := range x.tops {
		h.addLinked(set, top, x.typ)
	}
	s.Elements = set.Len()
	kind := "tree"
	if x.linear() {
		kind, s.Hint = "linked list", hintList
	}
	s.Reason = fmt.Sprintf("a %s of %s %s", kind, count(s.Elements), typ)
	if elem, t := x.payload(); t != nil && (2*t.retained >= s.Retained || !h.isGeneric(elem)) {
		name := h.Graph.Types().Name(elem)
		s.Reason += fmt.Sprintf(" holds %s %s", count(t.count), name)
		if 2*t.count >= x.count && 2*t.retained >= s.Retained {
			s.Elements, s.ElementType = t.count, name
		}
	}
	if len(x.tops) > 1 {
		s.Accumulation = h.common(x.tops)
		last := &s.Path.Steps[len(s.Path.Steps)-1]
		last.Ref = retain.Pattern(last.Ref)
	}
	if s.Path.Root != nil {
		s.Reason += heldBy + h.rootText(s.Path)
	}
	s.Fingerprint = h.digest("structure", rootKey(h, s.Path), typ, h.lastRef(s.Path))
	return s
}

// payload is the type of which many of the members hold one object, and which
// retains the most.
func (x *structure) payload() (elem graph.TypeID, best *tally) {
	for typ, t := range x.held {
		if maxPayload*t.count >= x.count && (best == nil || t.retained > best.retained || t.retained == best.retained && typ < elem) {
			elem, best = typ, t
		}
	}
	return elem, best
}
