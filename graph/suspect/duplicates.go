package suspect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// hintDuplicates is the usual fix of equal contents.
const hintDuplicates = "keep one of each: intern them, share one object, or keep a number instead of the text"

const (
	// minFlat is from what size on contents are compared: smaller ones waste little.
	minFlat = 24
	// sampledFlat is how many objects of a type are compared first, where all are
	// more than maxFlat bytes.
	sampledFlat = 4096
	maxFlat     = 64 << 20
)

// duplicates reports texts and buffers of equal contents, where their copies are much
// of the heap: in formats whose reader can compare contents without showing them, and
// in those that tell which texts are equal.
func duplicates(ctx context.Context, h *Heap) ([]Suspect, error) {
	if _, ok := graph.DetailOf[graph.Equals](h.Graph.Detail()); ok {
		again, bytes, different := h.repeated(h.Graph.Detail())
		if s, ok := h.asDuplicates(again, bytes, different); ok {
			return []Suspect{s}, ctx.Err()
		}
		return nil, ctx.Err()
	}
	if contents, ok := graph.HasherOf(h.Graph); ok {
		return h.equalContents(ctx, contents)
	}
	return nil, nil
}

// equalContents compares contents by their hashes. It costs the reading of the contents
// of types that are much of the heap.
func (h *Heap) equalContents(ctx context.Context, contents graph.Hasher) ([]Suspect, error) {
	texts := lang.Of(h.Graph).Text
	if texts == nil {
		return repeats(ctx, h) // strings and their arrays are two objects there
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
		remark := fmt.Sprintf("%s %s are copies of %s, which wastes %s", count(len(c.nodes)), h.Graph.Types().Name(t), others(c.different), mebibytes(c.wasted))
		s := h.alike("copies", c.nodes, remark, hintDuplicates)
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

// others is `1 other` or `12 others`.
func others(n int) string {
	if n == 1 {
		return "1 other"
	}
	return count(n) + " others"
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

// repeated lists the texts with the text of one before them, with their size and how
// many different ones they have. It takes 16 bytes a text.
func (h *Heap) repeated(d graph.Detailer) (again []graph.NodeID, bytes uint64, different int) {
	same, ok := graph.DetailOf[graph.Equals](d)
	if !ok {
		return nil, 0, 0
	}
	type entry struct {
		value uint64
		node  graph.NodeID
	}
	var all []entry
	for n := range graph.NodeID(h.Graph.Len()) {
		if v, ok := same.Value(n); ok && h.Tree.Reachable(n) {
			all = append(all, entry{v, n})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.node, b.node)) })
	for i := 1; i < len(all); i++ {
		if all[i].value != all[i-1].value {
			continue
		}
		if i == 1 || all[i-2].value != all[i].value {
			different++
		}
		again = append(again, all[i].node)
		bytes += h.Graph.Size(all[i].node)
	}
	slices.Sort(again)
	return again, bytes, different
}

// asDuplicates makes a suspect of such strings if they are many and large enough.
func (h *Heap) asDuplicates(again []graph.NodeID, bytes uint64, different int) (Suspect, bool) {
	if _, total := h.Tree.Total(); float64(bytes) < dropShare*float64(total) || len(again) < h.least() {
		return Suspect{}, false
	}
	s := h.waste("duplicates", again, fmt.Sprintf("%s strings repeat %s", count(len(again)), others(different)), hintDuplicates)
	s.Retained = bytes
	return s, true
}
