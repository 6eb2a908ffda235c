package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

const (
	// dropShare is the part of the heap that makes an object suspect for its
	// size alone, and dropRatio how much less the largest child must retain
	// for its parent to be where memory accumulates. Both are Eclipse MAT's.
	dropShare = 0.10
	dropRatio = 0.7
	// minAccumulated is how many objects of one type make an accumulation, if
	// they are half of it: the object that holds a program's state, in a few
	// large parts or in many different ones, is no leak.
	minAccumulated = 100
	// plainShare is the part of the heap that makes one flat object suspect,
	// such as a buffer that is never cut.
	plainShare = 0.5
	// spreadShare is the part of the heap that makes objects suspect which nothing
	// holds alone. What several hold they share by design, as a cache of files and
	// the packages that were made of them: only much of it is suspect (Eclipse MAT's
	// threshold too).
	spreadShare = 0.20
)

// biggestDrop looks at what the roots dominate directly: single objects over
// the threshold, and the others by type.
func biggestDrop(ctx context.Context, h *Heap) ([]Suspect, error) {
	_, total := h.Tree.Total()
	least := uint64(dropShare * float64(total))
	groups := topGroups{}
	var out []Suspect
	i := 0
	for n := range h.Tree.Children(graph.None) {
		if i++; i%(1<<18) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if h.Paths.Pooled(n) {
			continue
		}
		if h.Tree.Retained(n) >= least {
			if s, ok := h.drop(n, total); ok {
				out = append(out, s)
			}
			continue
		}
		if !h.Graph.Internal(n) {
			groups.add(h, n)
			continue
		}
		for c := range h.owned(n) { // what a container holds that is held twice
			if !h.Graph.Internal(c) {
				groups.add(h, c)
			}
		}
	}
	for _, g := range groups {
		if g.retained < uint64(spreadShare*float64(total)) || g.count < h.manyOf(g.typ) || h.isProgram(g.largest) || h.isThread(g.typ) {
			continue
		}
		if s, ok := h.spread(g); ok {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Suspect) int {
		return cmp.Or(cmp.Compare(b.Retained, a.Retained), cmp.Compare(a.Object, b.Object))
	})
	return out, nil
}

// drop follows the largest children of an object down to where the drop is.
func (h *Heap) drop(top graph.NodeID, total uint64) (Suspect, bool) {
	at := top
	for {
		largest, _ := h.Tree.Largest(at, 1)
		if len(largest) == 0 || float64(h.Tree.Retained(largest[0])) < dropRatio*float64(h.Tree.Retained(at)) {
			break
		}
		at = largest[0]
	}
	for at != top && h.Graph.Internal(at) {
		at = h.Tree.Idom(at)
	}
	s := Suspect{Object: top, Accumulation: at, Count: 1, Retained: h.Tree.Retained(top), Hint: hintDrop, Set: Set{Nodes: []graph.NodeID{at}}}
	sc := scanner{h: h, tally: map[graph.TypeID]*tally{}}
	sc.children(at)
	elem, best := sc.best()
	switch {
	case best != nil && (h.isProgramType(elem) || h.keptByLibrary(h.Graph.Type(at), elem, false, h.Tree.Retained(at))):
		return s, false
	case best != nil && best.count >= minAccumulated && 2*best.retained >= h.Tree.Retained(at):
		s.Elements, s.ElementType, s.Set.Of, s.Set.Type = h.owns(s.Set.Nodes, elem), h.Graph.Types().Name(elem), SetOwned, elem
		s.Reason = fmt.Sprintf("one %s retains this; it comes together in one %s, which holds %s %s",
			h.Graph.TypeName(top), h.Graph.TypeName(at), count(s.Elements), s.ElementType)
		if at == top {
			s.Reason = fmt.Sprintf("one %s retains this: %s %s", h.Graph.TypeName(top), count(s.Elements), s.ElementType)
		}
	case float64(h.Graph.Size(at)) >= plainShare*float64(total):
		s.Reason = fmt.Sprintf("one flat %s is most of the heap", h.Graph.TypeName(at))
		s.Hint = hintPlain
	default:
		return s, false
	}
	return s, true
}

// topGroup is the objects of one type that only the roots dominate.
type topGroup struct {
	typ      graph.TypeID
	count    int
	retained uint64
	largest  graph.NodeID
	most     uint64
	sample   []graph.NodeID
}

// topGroups has the groups by type.
type topGroups map[graph.TypeID]*topGroup

func (t topGroups) add(h *Heap, n graph.NodeID) {
	typ := h.Graph.Type(n)
	if t[typ] == nil {
		t[typ] = &topGroup{typ: typ}
	}
	t[typ].add(n, h.Tree.Retained(n))
}

// manyOf is how many objects of a type make an accumulation. Of the language's own
// containers every program has some hundred.
func (h *Heap) manyOf(t graph.TypeID) int {
	if h.isGeneric(t) {
		return h.least()
	}
	return minAccumulated
}

// isThread reports whether objects of a type are the runtime's own of its threads,
// which the detector of stacks counts.
func (h *Heap) isThread(t graph.TypeID) bool {
	return slices.Contains(lang.Of(h.Graph).ThreadTypes, h.Graph.Types().Name(t))
}

// sampleLen is how many objects of a group are asked for their paths.
const sampleLen = 10_000

func (g *topGroup) add(n graph.NodeID, retained uint64) {
	if g.count == 0 || retained > g.most {
		g.largest, g.most = n, retained
	}
	if len(g.sample) < sampleLen {
		g.sample = append(g.sample, n)
	}
	g.count++
	g.retained += retained
}

// spread makes the suspect of objects of one type that only the roots dominate
// together. It comes together where most of their shortest paths pass. Strings and
// containers of the language that come together nowhere are none.
func (h *Heap) spread(g *topGroup) (s Suspect, ok bool) {
	typ := h.Graph.Types().Name(g.typ)
	at := h.passed(g.sample)
	s = Suspect{
		Object: g.largest, Accumulation: at, Count: g.count, Elements: g.count, ElementType: typ,
		Retained: g.retained, Hint: hintSpread, spread: true, Path: h.Paths.Path(g.largest, nil), Set: Set{Of: SetSpread, Type: g.typ},
		Reason: fmt.Sprintf("%s %s that no single object holds", count(g.count), typ),
	}
	if at != graph.None {
		s.Path = h.Paths.Path(at, nil)
	} else if h.isGeneric(g.typ) && !h.oneRoot(g.sample) {
		return s, false
	}
	s.Fingerprint = h.digest("spread", typ, rootKey(h, s.Path))
	return s, true
}

// longest is how many steps of a path are looked at, from the object up.
const longest = 64

// oneRoot reports whether the shortest paths of at least 80 % of the objects start
// from one group of roots.
func (h *Heap) oneRoot(nodes []graph.NodeID) bool {
	roots, words := map[lang.GroupKey]int{}, lang.Of(h.Graph)
	for _, n := range nodes {
		if r := h.root(n); r != nil {
			key := words.GroupOf(r)
			if roots[key]++; roots[key]*10 >= len(nodes)*8 {
				return true
			}
		}
	}
	return false
}

// root is where an object's shortest path starts; nil if that is too far.
func (h *Heap) root(n graph.NodeID) *graph.Root {
	for range longest {
		up, ok := h.Paths.Holder(n)
		if !ok {
			break
		}
		n = up
	}
	return h.Paths.Root(n)
}

// passed returns the object furthest from the roots through which the shortest
// paths of at least 80 % of the objects lead; None if there is none.
func (h *Heap) passed(nodes []graph.NodeID) graph.NodeID {
	passes := map[graph.NodeID]int{}
	for _, n := range nodes {
		steps := 0
		for up, ok := h.Paths.Holder(n); ok && steps < longest; up, ok = h.Paths.Holder(up) {
			passes[up]++
			steps++
		}
	}
	best, depth := graph.None, -1
	for n, k := range passes {
		if k*10 < len(nodes)*8 || h.Graph.Internal(n) {
			continue
		}
		if d := h.depth(n); d > depth || d == depth && n < best {
			best, depth = n, d
		}
	}
	return best
}

// depth is how many steps an object is from its root.
func (h *Heap) depth(n graph.NodeID) (d int) {
	for up, ok := h.Paths.Holder(n); ok; up, ok = h.Paths.Holder(up) {
		d++
	}
	return d
}
