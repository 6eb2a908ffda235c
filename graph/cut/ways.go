package cut

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// Ways is all ways by which roots hold the targets, merged: objects of one named
// type are one box, and so are others that one place holds, and equal roots.
// Counts are of all references that lead to targets, not of a search tree's.
type Ways struct {
	Boxes []Box // 0 is the targets; a box comes after the one it was first reached from
	Edges []Edge
	Alive int // targets that roots hold for good

	s    *slice
	dom  *dominator.Tree
	into map[headKey]int // edges
	next []int           // by box
}

// Box is objects, or roots, of one kind.
type Box struct {
	Root  *graph.Root // the first of equal roots, nil for objects
	Type  graph.TypeID
	Name  string // as the holder of a place
	Count int    // objects, or roots
	Bytes uint64 // shallow, of all
	First graph.NodeID
	Way   int // the edge by which the first was reached from a root, -1 for roots
}

// Edge is all references of one place to the objects of one box.
type Edge struct {
	From, To     int
	Label        string
	Kind         graph.RefKind
	Count        int
	Holder, Held graph.NodeID // of the first; Holder is None for roots
	Cut          int          // 1 for the first place of the answer, and so on; 0 for others
	Free         bool         // lets go by itself
	Place        string       // as WhatIf takes it

	place placeID
}

// Ways merges all ways to the targets. It must come after Cut, whose places are
// marked.
func (sl *Slice) Ways(ctx context.Context, a *Answer) (*Ways, error) {
	s := sl.s
	s.ctx = ctx
	w := &Ways{Alive: s.alive, s: s, dom: sl.v.dom, into: map[headKey]int{}}
	w.addEdges(sl.v, marks(s, a))
	w.addBoxes()
	w.nearest()
	if err := w.addPeers(); err != nil {
		return nil, err
	}
	return w, nil
}

// marks numbers the places of an answer; those of goroutines are put on their
// variables.
func marks(s *slice, a *Answer) map[placeID]int {
	out := map[placeID]int{}
	for i, p := range a.Places {
		for _, id := range p.ids {
			out[id] = i + 1
		}
	}
	for _, h := range s.hangs {
		if k := out[h.places[1]]; k > 0 && h.places[1] >= 0 && out[h.places[0]] == 0 {
			out[h.places[0]] = k
		}
	}
	return out
}

func (w *Ways) addEdges(v *survey, marks map[placeID]int) {
	keys := make([]headKey, 0, len(v.heads.count))
	for k := range v.heads.count {
		if v.places[k.place].class < 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b headKey) int {
		return cmp.Or(cmp.Compare(v.heads.count[b].refs, v.heads.count[a].refs), cmp.Compare(a.place, b.place), cmp.Compare(a.box, b.box))
	})
	for _, k := range keys {
		h, p := v.heads.count[k], &v.places[k.place]
		e := Edge{From: int(p.box), To: int(k.box), Label: v.labels.Text(p.label), Count: h.refs, Holder: h.holder, Held: h.held,
			Cut: marks[k.place], Free: p.free, Place: v.name(k.place), place: k.place}
		if h.conservative == h.refs {
			e.Kind = graph.Conservative
		}
		w.into[k] = len(w.Edges)
		w.Edges = append(w.Edges, e)
	}
}

func (w *Ways) addBoxes() {
	for i := range w.s.boxes {
		b := &w.s.boxes[i]
		out := Box{Root: b.root, Type: b.typ, Name: w.s.holderName(boxID(i)), Count: b.count, Bytes: b.bytes, First: b.first, Way: -1}
		if b.via >= 0 {
			if e, ok := w.into[headKey{b.via, boxID(i)}]; ok {
				out.Way = e
			}
		}
		w.Boxes = append(w.Boxes, out)
	}
	t := &w.Boxes[0]
	t.Name = ""
	for n := range w.s.targets.All() {
		if t.Count == 0 {
			t.First, t.Type = n, w.s.g.Type(n)
		}
		t.Count++
		t.Bytes += w.s.g.Size(n)
	}
}

// addPeers adds the references from targets to targets. They hold none that is
// not held otherwise, but say why one reference is enough to hold a list.
func (w *Ways) addPeers() error {
	s := w.s
	count := map[int32]int{}
	labels := retain.NewLabels(s.g)
	known := map[int32]int{}
	for n := range s.targets.All() {
		for i, to := range s.g.Row(n) {
			if !s.targets.Has(to) || !firm(s.g, n, i) {
				continue
			}
			l := labels.Pattern(n, i)
			if count[l]++; count[l] == 1 {
				known[l] = len(w.Edges)
				w.Edges = append(w.Edges, Edge{Label: labels.Text(l), Holder: n, Held: to, place: noPlace})
			}
		}
	}
	for l, e := range known {
		w.Edges[e].Count = count[l]
	}
	return s.ctx.Err()
}

// Chain is the boxes from one up to the root by which its first object was
// reached.
func (w *Ways) Chain(box int) []int {
	chain := []int{box}
	for w.Boxes[box].Way >= 0 {
		box = w.Edges[w.Boxes[box].Way].From
		chain = append(chain, box)
	}
	return chain
}

// Down is the boxes from one to the targets, on a shortest way; nil if there is
// none.
func (w *Ways) Down(box int) []int {
	if w.next[box] < 0 {
		return nil
	}
	way := []int{box}
	for box != 0 {
		box = w.next[box]
		way = append(way, box)
	}
	return way
}

// nearest fills next: for each box the one after it on a shortest way to the
// targets, -1 if there is none.
func (w *Ways) nearest() {
	into := make([][]int, len(w.Boxes))
	for i := range w.Edges {
		if e := &w.Edges[i]; e.From != e.To {
			into[e.To] = append(into[e.To], e.From)
		}
	}
	w.next = make([]int, len(w.Boxes))
	for b := range w.next {
		w.next[b] = -1
	}
	w.next[0] = 0
	for queue := []int{0}; len(queue) > 0; queue = queue[1:] {
		for _, from := range into[queue[0]] {
			if w.next[from] < 0 {
				w.next[from] = queue[0]
				queue = append(queue, from)
			}
		}
	}
}

// Retained is what the objects of each box retain together, in bytes; of roots it
// is 0. One pass over the slice and n log n for the n objects of the boxes.
func (w *Ways) Retained(boxes []int) []uint64 {
	at := map[boxID]int{}
	for i, b := range boxes {
		at[boxID(b)] = i
	}
	members := make([][]graph.NodeID, len(boxes))
	for _, n := range w.s.order {
		if i, ok := at[w.s.boxOf(n)]; ok && !w.s.folds(n) {
			members[i] = append(members[i], n)
		}
	}
	out := make([]uint64, len(boxes))
	for i := range boxes {
		out[i] = w.dom.RetainedBy(members[i])
	}
	return out
}

// boxOf is the box of a member.
func (s *slice) boxOf(n graph.NodeID) boxID { return s.classes[s.class[s.number(n)]].box }

// BoxOf is the box of an object on a way; ok is false for others, and for what
// is folded.
func (w *Ways) BoxOf(n graph.NodeID) (box int, ok bool) {
	if w.s.targets.Has(n) {
		return 0, true
	}
	if !w.s.set.Has(n) || w.s.folds(n) {
		return 0, false
	}
	return int(w.s.boxOf(n)), true
}

// Targets yields the targets that roots hold for good, in NodeID order.
func (w *Ways) Targets() iter.Seq[graph.NodeID] { return w.s.targets.All() }

// Graph is the graph of the ways.
func (w *Ways) Graph() *graph.Graph { return w.s.g }
