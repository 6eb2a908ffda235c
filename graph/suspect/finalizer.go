package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// minQueued is how many objects that wait for finalizers, or for the cycle
// collector, are suspect.
const minQueued = 1000

// rootSet is what roots of one group hold and roots of other kinds do not.
type rootSet struct {
	first *graph.Root
	nodes []graph.NodeID
	held  uint64
}

// rootSets groups the roots of a kind and sums up what they alone hold; those
// that hold the most come first.
func (h *Heap) rootSets(kind graph.RootKind) []*rootSet {
	others := map[graph.NodeID]bool{} // held by roots of other kinds too
	roots := h.Graph.Roots()
	for i := range roots {
		if r := &roots[i]; r.Kind != kind {
			others[r.Node] = true
		}
	}
	words := lang.Of(h.Graph)
	sets := map[lang.GroupKey]*rootSet{}
	var list []*rootSet
	for i := range roots {
		r := &roots[i]
		if r.Kind != kind || others[r.Node] || h.Paths.Root(r.Node) == nil {
			continue
		}
		key := words.GroupOf(r)
		if sets[key] == nil {
			sets[key] = &rootSet{first: r}
			list = append(list, sets[key])
		}
		sets[key].nodes = append(sets[key].nodes, r.Node)
	}
	for _, set := range list {
		slices.Sort(set.nodes)
		set.nodes = slices.Compact(set.nodes)
		set.held = h.Tree.RetainedBy(set.nodes)
	}
	slices.SortStableFunc(list, func(a, b *rootSet) int { return cmp.Compare(b.held, a.held) })
	return list
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

// placesOfFinalizers are queues of finalizers.
const placesOfFinalizers = `(?i)finalizer|cleanup`

// finalizers reports objects that wait for their finalizers.
func finalizers(ctx context.Context, h *Heap) ([]Suspect, error) {
	var out []Suspect
	words := lang.Of(h.Graph)
	for _, set := range h.rootSets(graph.RootFinalizer) {
		if len(set.nodes) < minQueued {
			continue
		}
		typ := h.Graph.TypeName(set.nodes[0])
		s := Suspect{
			Object: set.nodes[0], Accumulation: graph.None, Count: len(set.nodes), Elements: len(set.nodes), ElementType: typ,
			Retained: set.held, Path: h.Paths.Path(set.nodes[0], nil), Hint: hintFinalizer, Set: Set{Nodes: set.nodes},
			Fix:    &Fix{"let the " + count(len(set.nodes)) + " finalizers run", "they have run", placesOfFinalizers},
			Reason: fmt.Sprintf("%s objects are held for finalizers that have yet to run (%s)", count(len(set.nodes)), words.Group(set.first)),
		}
		s.Fingerprint = h.digest("finalizer", words.Key(set.first))
		out = append(out, s)
	}
	return out, ctx.Err()
}
