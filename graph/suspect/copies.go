package suspect

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// hintCopies is the usual fix of equal contents.
const hintCopies = "keep one of each: intern them, share one object, or keep a number instead of the text"

const (
	// minFlat is from what size on contents are compared: smaller ones waste little.
	minFlat = 24
	// sampledFlat is how many objects of a type are compared first, where all are
	// more than maxFlat bytes.
	sampledFlat = 4096
	maxFlat     = 64 << 20
)

// equalContents reports texts and buffers of equal contents, in formats whose reader can
// compare them without showing them. It costs the reading of the contents of types
// that are much of the heap.
func equalContents(ctx context.Context, h *Heap) ([]Suspect, error) {
	contents, ok := graph.HasherOf(h.Graph)
	texts := lang.Of(h.Graph).Text
	if !ok || texts == nil {
		return nil, nil
	}
	_, total := h.Tree.Total()
	bytes := map[graph.TypeID]uint64{}
	h.flat(func(n graph.NodeID, t graph.TypeID) { bytes[t] += h.Graph.Size(n) })
	maps.DeleteFunc(bytes, func(t graph.TypeID, b uint64) bool {
		return float64(b) < dropShare*float64(total) || !texts.MatchString(h.Graph.Types().Name(t))
	})
	if len(bytes) == 0 {
		return nil, ctx.Err()
	}
	nodes := map[graph.TypeID][]graph.NodeID{}
	h.flat(func(n graph.NodeID, t graph.TypeID) {
		if bytes[t] > 0 {
			nodes[t] = append(nodes[t], n)
		}
	})
	var out []Suspect
	for _, t := range slices.Sorted(maps.Keys(nodes)) {
		if bytes[t] > maxFlat && h.copies(contents, every(nodes[t], sampledFlat)).share() < dropShare {
			continue
		}
		c := h.copies(contents, nodes[t])
		if float64(c.wasted) < dropShare*float64(total) || len(c.nodes) < minAccumulated {
			continue
		}
		remark := fmt.Sprintf("%s %s are copies of %s others, which wastes %s", count(len(c.nodes)), h.Graph.Types().Name(t), count(c.different), mebibytes(c.wasted))
		s := h.alike("copies", c.nodes, remark, hintCopies)
		s.remark = remark
		out = append(out, s)
	}
	return out, ctx.Err()
}

// flat yields the reachable objects that refer to none and are large enough.
func (h *Heap) flat(yield func(n graph.NodeID, t graph.TypeID)) {
	for n, t := range h.Graph.TypeColumn() {
		n := graph.NodeID(n)
		if h.Graph.Size(n) >= minFlat && len(h.Graph.Row(n)) == 0 && h.Tree.Reachable(n) && !h.Paths.Pooled(n) {
			yield(n, t)
		}
	}
}

// copied is what some objects have in common.
type copied struct {
	nodes     []graph.NodeID // those whose contents another one before them has
	different int            // contents that there are copies of
	wasted    uint64         // bytes of the copies
	all       uint64         // bytes of all
}

// share is how much of all is copies.
func (c *copied) share() float64 { return float64(c.wasted) / max(1, float64(c.all)) }

// contentKey is what equal objects have in common.
type contentKey struct{ hash, size uint64 }

func (h *Heap) copies(contents graph.Hasher, nodes []graph.NodeID) *copied {
	c, first := &copied{}, make(map[contentKey]bool, len(nodes)) // whether there are copies
	for _, n := range nodes {
		size := h.Graph.Size(n)
		c.all += size
		hash, ok := contents.ContentHash(n)
		if !ok {
			continue
		}
		key := contentKey{hash, size}
		copies, known := first[key]
		if !known {
			first[key] = false
			continue
		}
		if !copies {
			first[key] = true
			c.different++
		}
		c.nodes = append(c.nodes, n)
		c.wasted += size
	}
	return c
}

// every is at most k of the nodes, evenly taken.
func every(nodes []graph.NodeID, k int) []graph.NodeID {
	if len(nodes) <= k {
		return nodes
	}
	out := make([]graph.NodeID, k)
	for i := range out {
		out[i] = nodes[i*(len(nodes)/k)]
	}
	return out
}
