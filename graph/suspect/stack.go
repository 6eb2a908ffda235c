package suspect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

const (
	// minParked is how many goroutines or threads at one place are suspect.
	minParked = 100
	// stackShare is the part of the heap that is suspect on one stack.
	stackShare = 0.01
	// minQueued is how many objects that wait for finalizers are suspect.
	minQueued = 1000
)

// rootSet is what roots of one place in the program hold and others do not.
type rootSet struct {
	place string
	first *graph.Root
	names map[string]bool // of the goroutines or threads
	nodes []graph.NodeID
	held  uint64
}

// parkedAnyway is how many goroutines or threads at one place are suspect
// whatever they hold: their stacks are not in the heap.
const parkedAnyway = 1000

// stacks reports goroutines or threads that are at one place, when they are many
// or hold a lot that nothing else holds.
func stacks(ctx context.Context, h *Heap) ([]Suspect, error) {
	sets := h.rootSets(func(r *graph.Root) bool {
		return (r.Kind == graph.RootStack || r.Kind == graph.RootThread) && r.Rank < graph.RankRuntime && r.Via.Retains()
	})
	_, total := h.Tree.Total()
	var out []Suspect
	told := map[string]bool{} // of the goroutines of sets that were reported
	for _, set := range sets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		many := len(set.names) >= minParked
		heavy := float64(set.held) >= stackShare*float64(total) && !set.inside(mainStack) && h.accumulates(set.nodes)
		if !many && !heavy || set.inside(told) {
			continue
		}
		maps.Copy(told, set.names)
		out = append(out, h.parked(set))
	}
	return out, nil
}

// accumulates reports whether one of the objects has many below it, or is large by
// itself: permanent workers have a few buffers each and are no leak.
func (h *Heap) accumulates(nodes []graph.NodeID) bool {
	_, total := h.Tree.Total()
	for _, n := range nodes {
		if h.Tree.Dominated(n) >= h.least() || float64(h.Tree.Retained(n)) >= dropShare*float64(total) {
			return true
		}
	}
	return false
}

// rootSets groups roots by the place in the program, without the variable, and
// sums up what they alone hold; those that hold the most come first.
func (h *Heap) rootSets(want func(*graph.Root) bool) []*rootSet {
	sets := map[string]*rootSet{}
	only := h.onlyHolder(want)
	for i := range h.Graph.Roots() {
		r := &h.Graph.Roots()[i]
		if only[r.Node] == "" {
			continue
		}
		place := withoutVariable(h.Graph.String(r.Group))
		set := sets[place]
		if set == nil {
			set = &rootSet{place: place, first: r, names: map[string]bool{}}
			sets[place] = set
		}
		set.names[stackName(h.Graph.String(r.Name))] = true
		set.nodes = append(set.nodes, r.Node)
	}
	list := make([]*rootSet, 0, len(sets))
	for _, set := range sets {
		slices.Sort(set.nodes)
		set.nodes = slices.Compact(set.nodes)
		set.held = h.Tree.RetainedBy(set.nodes)
		list = append(list, set)
	}
	slices.SortFunc(list, func(a, b *rootSet) int {
		return cmp.Or(cmp.Compare(b.held, a.held), strings.Compare(a.place, b.place))
	})
	return list
}

// onlyHolder names, for each object that is held by roots of one goroutine or
// thread and nothing else, that one. What several share they share by design.
func (h *Heap) onlyHolder(want func(*graph.Root) bool) map[graph.NodeID]string {
	only := map[graph.NodeID]string{}
	for i := range h.Graph.Roots() {
		r := &h.Graph.Roots()[i]
		name := ""
		if want(r) && h.Paths.Root(r.Node) != nil {
			name = stackName(h.Graph.String(r.Name))
		}
		if had, ok := only[r.Node]; ok && had != name {
			name = ""
		}
		only[r.Node] = name
	}
	return only
}

// inside reports whether all goroutines or threads of the set are in another.
func (s *rootSet) inside(names map[string]bool) bool {
	for name := range s.names {
		if !names[name] {
			return false
		}
	}
	return true
}

func (h *Heap) parked(set *rootSet) Suspect {
	largest := set.nodes[0]
	for _, n := range set.nodes {
		if h.Tree.Retained(n) > h.Tree.Retained(largest) {
			largest = n
		}
	}
	s := Suspect{
		Object: largest, Accumulation: largest, Count: len(set.nodes),
		Retained: set.held, Path: h.Paths.Path(largest, nil), Hint: hintStack,
		anyway: len(set.names) >= parkedAnyway,
	}
	what := strings.TrimPrefix(strings.TrimPrefix(set.place, "goroutines "), "goroutine ")
	kind := h.stackWord()
	if k := len(set.names); k > 1 {
		doing := "are in"
		if strings.HasSuffix(what, ")") { // "main.send (chan send)"
			doing = "wait at"
		}
		s.Reason = fmt.Sprintf("%s %ss %s %s and hold this", count(k), kind, doing, what)
		s.Elements, s.ElementType = k, kind
	} else {
		s.Reason = fmt.Sprintf("%s is alive and alone holds this, from a variable on its stack", h.Graph.String(set.first.Name))
	}
	s.Fingerprint = h.digest("stack", set.place)
	return s
}

// garbage reports objects that no root of the program reaches and that are not
// freed either: cycles, in a runtime that counts references.
func garbage(ctx context.Context, h *Heap) ([]Suspect, error) {
	if h.Graph.Info().Runtime != graph.RuntimePython {
		return nil, nil
	}
	var out []Suspect
	for _, set := range h.rootSets(func(r *graph.Root) bool { return r.Kind == graph.RootUnknown }) {
		if len(set.nodes) < minQueued {
			continue
		}
		n, k := h.mostOfOneType(set.nodes)
		typ := h.Graph.TypeName(n)
		out = append(out, Suspect{
			Object: n, Accumulation: graph.None, Count: k, Elements: k, ElementType: typ, Retained: set.held,
			Path: h.Paths.Path(n, nil), Hint: hintGarbage, Fingerprint: h.digest("garbage", typ),
			Reason: fmt.Sprintf("%s objects in cycles wait for the collector, most of them (%s) %s", count(len(set.nodes)), count(k), typ),
		})
	}
	return out, ctx.Err()
}

// mostOfOneType returns the first object of the most frequent type, and how many
// there are.
func (h *Heap) mostOfOneType(nodes []graph.NodeID) (first graph.NodeID, k int) {
	counts, firsts := map[graph.TypeID]int{}, map[graph.TypeID]graph.NodeID{}
	first = nodes[0]
	for _, n := range nodes {
		t := h.Graph.Type(n)
		if counts[t]++; counts[t] == 1 {
			firsts[t] = n
		}
		if counts[t] > k {
			first, k = firsts[t], counts[t]
		}
	}
	return first, k
}

// finalizers reports objects that wait for their finalizers.
func finalizers(ctx context.Context, h *Heap) ([]Suspect, error) {
	sets := h.rootSets(func(r *graph.Root) bool { return r.Kind == graph.RootFinalizer })
	var out []Suspect
	for _, set := range sets {
		if len(set.nodes) < minQueued || !h.isBacklog(set.place) {
			continue
		}
		typ := h.Graph.TypeName(set.nodes[0])
		s := Suspect{
			Object: set.nodes[0], Accumulation: graph.None, Count: len(set.nodes), Elements: len(set.nodes), ElementType: typ,
			Retained: set.held, Path: h.Paths.Path(set.nodes[0], nil), Hint: hintFinalizer,
			Reason: fmt.Sprintf("%s objects are held for finalizers that have yet to run (%s)", count(len(set.nodes)), set.place),
		}
		s.Fingerprint = h.digest("finalizer", set.place)
		out = append(out, s)
	}
	return out, ctx.Err()
}
