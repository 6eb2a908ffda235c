package suspect

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// largeBuffer is from what size on one object counts as a buffer: fewer than make a
// collection of such are much.
const largeBuffer = 64 << 10

// hintBuffers is the usual fix of buffers that are kept.
const hintBuffers = "drop them when they are done with, or bound how many are kept; a small view or slice keeps the whole buffer: copy what is needed of it"

// buffers reports large flat objects of one type that together are most of the heap,
// though there are too few of them for a collection: images, arrays, pages in one
// container. What a stack holds is at work, what a program's own object has in its
// fields is its state.
func buffers(ctx context.Context, h *Heap) ([]Suspect, error) {
	_, total := h.Tree.Total()
	least := uint64(plainShare * float64(total))
	nodes, bytes := map[graph.TypeID][]graph.NodeID{}, map[graph.TypeID]uint64{}
	for n, t := range h.Graph.TypeColumn() {
		n := graph.NodeID(n)
		if size := h.Graph.Size(n); size >= largeBuffer && h.Tree.Reachable(n) && !h.Graph.Internal(n) && !h.Paths.Pooled(n) {
			nodes[t] = append(nodes[t], n)
			bytes[t] += size
		}
	}
	var out []Suspect
	for _, t := range slices.Sorted(maps.Keys(nodes)) {
		list := nodes[t]
		if len(list) < 2 || len(list) >= minAccumulated || bytes[t] < least || h.isProgramType(t) {
			continue
		}
		if r := h.root(list[0]); r == nil || r.Kind == graph.RootStack {
			continue
		}
		what := fmt.Sprintf("%s large %s are most of the heap", count(len(list)), h.Graph.Types().Name(t))
		s := h.alike("buffers", list, what, hintBuffers)
		if at := h.passed(list); at != graph.None && h.isGeneric(h.Graph.Type(at)) {
			s.Accumulation, s.Path = at, h.Paths.Path(at, nil)
			s.Reason = what + ", held by " + h.rootText(s.Path)
			s.Fingerprint = h.digest("buffers", rootKey(h, s.Path), s.ElementType)
			out = append(out, s)
		}
	}
	return out, ctx.Err()
}
