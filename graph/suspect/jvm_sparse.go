package suspect

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

const (
	// sparseShare is the part of the heap that is suspect in slots that nothing is in.
	sparseShare = 0.10
	// fewSlots is from how many slots on an array can be badly filled, and sparse is
	// one of how many slots has something in it then.
	fewSlots, sparse = 8, 4
	arrayHeader      = 16 // bytes, about

	hintSparse = "say how many elements will come (new HashMap<>(2), new ArrayList<>(1)), or copy what is done (List.copyOf, trimToSize)"
)

// badlyFilled reports containers of the JDK whose arrays are mostly empty slots, all
// together, when the slots are much of the heap. Those with nothing in them at all are
// left to the detector of empty ones.
func badlyFilled(ctx context.Context, h *Heap) ([]Suspect, error) {
	wanted := map[graph.TypeID]bool{}
	for _, name := range collectionTypes {
		if t, ok := h.jvmType(name); ok {
			wanted[t] = true
		}
	}
	slot := h.slot()
	if len(wanted) == 0 || slot == 0 {
		return nil, ctx.Err()
	}
	var nodes []graph.NodeID
	wasted, slots, used := uint64(0), 0, 0
	for i, typ := range h.Graph.TypeColumn() {
		n := graph.NodeID(i)
		if !wanted[typ] || !h.Tree.Reachable(n) {
			continue
		}
		if k, of := h.filled(n, slot); k > 0 && of >= fewSlots && sparse*k <= of {
			nodes = append(nodes, n)
			wasted += uint64(of-k) * slot
			slots, used = slots+of, used+k
		}
	}
	if _, total := h.Tree.Total(); float64(wasted) < sparseShare*float64(total) || len(nodes) < h.least() {
		return nil, ctx.Err()
	}
	s := h.waste("badly-filled", nodes, fmt.Sprintf("%s collections have something in %s of %s slots, the empty ones waste %s",
		count(len(nodes)), count(used), count(slots), mebibytes(wasted)), hintSparse)
	s.remark, s.Retained = s.Reason, wasted
	return []Suspect{s}, ctx.Err()
}

// filled counts the slots of a container's own array, and those with something in
// them; 0 if it has none.
func (h *Heap) filled(n graph.NodeID, slot uint64) (used, slots int) {
	for _, to := range h.Graph.Row(n) {
		if !h.Graph.Internal(to) || h.Tree.Idom(to) != n || h.Graph.Leaf(to) || h.Graph.Size(to) < arrayHeader+fewSlots*slot {
			continue
		}
		if strings.HasSuffix(h.Graph.TypeName(to), "[]") {
			return len(h.Graph.Row(to)), int((h.Graph.Size(to) - arrayHeader) / slot)
		}
	}
	return 0, 0
}

// slot is the bytes of a reference in an array, as the first long array has it; 0 if
// there is none.
func (h *Heap) slot() uint64 {
	const long = 1 << 10 // bytes; the header does not count then
	t, ok := h.jvmType("java.lang.Object[]")
	if !ok {
		return 0
	}
	for i, typ := range h.Graph.TypeColumn() {
		n := graph.NodeID(i)
		if typ != t || h.Graph.Size(n) < long {
			continue
		}
		if _, length := h.Graph.Detail().Fields(n, false, 0); length > 0 {
			return (h.Graph.Size(n) - arrayHeader) / uint64(length)
		}
	}
	return 0
}
