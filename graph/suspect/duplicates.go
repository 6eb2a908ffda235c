package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

const (
	// duplicateShare is the part of the heap that is suspect in objects that say
	// again what others say.
	duplicateShare = 0.10
	hintDuplicates = "keep one for each text: look it up in a Map of those there are, or keep a number where there are few"
)

// duplicates reports strings with the text of others, where they are much of the heap,
// for dumps that tell which are equal. It takes 16 bytes a string.
func duplicates(ctx context.Context, h *Heap) ([]Suspect, error) {
	again, bytes, different := h.repeated(h.Graph.Detail())
	if s, ok := h.asDuplicates(again, bytes, different); ok {
		return []Suspect{s}, ctx.Err()
	}
	return nil, ctx.Err()
}

// repeated lists the strings with the text of one before them, with their size and how
// many different texts they have.
func (h *Heap) repeated(d graph.Detailer) (again []graph.NodeID, bytes uint64, different int) {
	same, ok := equals(d)
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
	if _, total := h.Tree.Total(); float64(bytes) < duplicateShare*float64(total) || len(again) < h.least() {
		return Suspect{}, false
	}
	s := h.waste("duplicates", again, fmt.Sprintf("%s strings repeat %s others", count(len(again)), count(different)), hintDuplicates)
	s.Retained = bytes
	return s, true
}

// equals is what a reader knows of equal values, behind what guards it.
func equals(d graph.Detailer) (graph.Equals, bool) {
	for {
		if e, ok := d.(graph.Equals); ok {
			return e, true
		}
		outer, ok := d.(interface{ Unwrap() graph.Detailer })
		if !ok {
			return nil, false
		}
		d = outer.Unwrap()
	}
}
