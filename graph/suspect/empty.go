package suspect

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// hintUnused is the usual fix of containers that stay empty.
const hintUnused = "make them when the first element comes, or share one empty one that nobody changes"

// emptyContainers reports containers without elements that are much of the heap: one
// or more in each object of a program's type, and few of them used.
// The JVM's many kinds are counted together.
func emptyContainers(ctx context.Context, h *Heap) ([]Suspect, error) {
	re := lang.Of(h.Graph).Container
	if re == nil {
		return emptyCollections(ctx, h)
	}
	_, total := h.Tree.Total()
	types := map[graph.TypeID]bool{}
	for t := range h.Graph.Types().Len() {
		types[graph.TypeID(t)] = re.MatchString(h.Graph.Types().Name(graph.TypeID(t)))
	}
	empty, all, bytes := map[graph.TypeID][]graph.NodeID{}, map[graph.TypeID]int{}, map[graph.TypeID]uint64{}
	for n, t := range h.Graph.TypeColumn() {
		n := graph.NodeID(n)
		if !types[t] || h.Graph.Internal(n) || !h.Tree.Reachable(n) || h.Paths.Pooled(n) {
			continue
		}
		all[t]++
		if h.empty(n) {
			empty[t] = append(empty[t], n)
			bytes[t] += h.Tree.Retained(n)
		}
	}
	var out []Suspect
	for _, t := range slices.Sorted(maps.Keys(empty)) {
		if nodes := empty[t]; len(nodes) >= h.least() && float64(bytes[t]) >= dropShare*float64(total) {
			remark := fmt.Sprintf("%s of %s %s are empty and take %s", count(len(nodes)), count(all[t]), h.Graph.Types().Name(t), mebibytes(bytes[t]))
			s := h.alike("empty", nodes, remark, hintUnused)
			s.remark = remark
			out = append(out, s)
		}
	}
	return out, ctx.Err()
}

// empty reports whether a container holds nothing but insides of its own that hold
// nothing, and what belongs to the program, such as its class.
func (h *Heap) empty(n graph.NodeID) bool {
	for _, to := range h.Graph.Row(n) {
		if h.isProgramType(h.Graph.Type(to)) {
			continue
		}
		if !h.Graph.Internal(to) {
			return false
		}
		for _, x := range h.Graph.Row(to) {
			if !h.isProgramType(h.Graph.Type(x)) {
				return false
			}
		}
	}
	return true
}
