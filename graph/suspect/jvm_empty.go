package suspect

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// hintEmpty is the usual fix of collections that stay empty.
const hintEmpty = "make the collection when its first element comes, or use the shared empty one (List.of())"

// collectionTypes are the containers of the JDK, and what of them leads to their
// elements.
var collectionTypes = []string{
	"java.util.HashMap", "java.util.LinkedHashMap", "java.util.Hashtable", "java.util.IdentityHashMap", "java.util.WeakHashMap", "java.util.concurrent.ConcurrentHashMap",
	"java.util.ArrayList", "java.util.Vector", "java.util.ArrayDeque", "java.util.PriorityQueue", "java.util.TreeMap", "java.util.LinkedList", "java.util.concurrent.CopyOnWriteArrayList",
}

// emptyCollections reports containers that have no elements, of all kinds together,
// when they are much of the heap.
func emptyCollections(ctx context.Context, h *Heap) ([]Suspect, error) {
	wanted := map[graph.TypeID]bool{}
	for _, name := range collectionTypes {
		if t, ok := h.jvmType(name); ok {
			wanted[t] = true
		}
	}
	var empty []graph.NodeID
	for i, typ := range h.Graph.TypeColumn() {
		if n := graph.NodeID(i); wanted[typ] && h.Tree.Reachable(n) && h.isEmpty(n) {
			empty = append(empty, n)
		}
	}
	_, total := h.Tree.Total()
	held := h.Tree.RetainedBy(empty)
	if float64(held) < dropShare*float64(total) || len(empty) < h.least() {
		return nil, ctx.Err()
	}
	s := h.waste("empty", empty, count(len(empty))+" collections are empty", hintEmpty)
	s.Retained = held
	return []Suspect{s}, ctx.Err()
}

// isEmpty reports whether nothing hangs on a container's own parts.
func (h *Heap) isEmpty(n graph.NodeID) bool {
	g := h.Graph
	for _, to := range g.Row(n) {
		if g.Internal(to) && h.Tree.Idom(to) == n && !g.Leaf(to) { // others share the array of all empty ones
			return false
		}
	}
	return true
}

// waste makes the suspect of objects that are too many or too large wherever they
// are. They may be parts of other suspects.
func (h *Heap) waste(kind string, nodes []graph.NodeID, what, hint string) Suspect {
	s := Suspect{
		Object: nodes[0], Accumulation: graph.None, Count: len(nodes), Elements: len(nodes),
		Hint: hint, Reason: what, Set: Set{Nodes: nodes}, Waste: true, aside: true,
	}
	s.Object, _ = h.mostOfOneType(nodes)
	place := ""
	if first, text := h.mostHolders(nodes); text != "" {
		place, s.Object = text, first
		s.Reason += "; most are in " + text
	}
	s.ElementType, s.Path = h.Graph.TypeName(s.Object), h.Paths.Path(s.Object, nil)
	s.Fingerprint = h.digest("waste", kind, place)
	return s
}

// mostHolders is the field that holds more than half of the objects, as code has
// it, and one that it holds; "" if there is no such field.
func (h *Heap) mostHolders(nodes []graph.NodeID) (one graph.NodeID, text string) {
	type field struct {
		typ  graph.TypeID
		name string
	}
	counts, asked := map[field]int{}, 0
	for i := 0; i < len(nodes); i += max(1, len(nodes)/sampleLen) {
		asked++
		if typ, ref := h.field(nodes[i]); ref != "" {
			counts[field{typ, ref}]++
		}
	}
	for at, k := range counts {
		if 2*k > asked {
			return h.firstIn(nodes, at.typ, at.name), at.name + " of " + h.Graph.Types().Name(at.typ)
		}
	}
	return graph.None, ""
}

// firstIn is the first of the objects that such a field holds.
func (h *Heap) firstIn(nodes []graph.NodeID, typ graph.TypeID, name string) graph.NodeID {
	for _, n := range nodes {
		if t, ref := h.field(n); t == typ && ref == name {
			return n
		}
	}
	return nodes[0]
}
