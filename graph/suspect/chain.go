package suspect

import "context"

// isLinked reports whether the elements refer to each other, as those of a
// doubly linked list do: each is then held from both sides, and only the list
// itself dominates them. Those of a graph refer to many.
func (h *Heap) isLinked(x *holding) bool {
	if x.inline || h.isGeneric(x.elem) {
		return false
	}
	linked := 0
	for _, to := range h.Graph.Row(x.most.sample) {
		if to != x.most.sample && h.Graph.Type(to) == x.elem && h.Tree.Idom(to) == h.Tree.Idom(x.most.sample) {
			linked++
		}
	}
	return linked == 1 || linked == 2
}

// linkedLists reports lists that are held at one end, which are structures that do
// not fork, and those that are held at both.
func linkedLists(ctx context.Context, h *Heap) ([]Suspect, error) {
	out, err := h.fromHoldings(ctx, func(x *holding) bool { return !h.isCallback(x) && h.isLinked(x) })
	if err != nil {
		return nil, err
	}
	lists, err := h.fromStructures(ctx, (*structure).linear)
	return append(out, lists...), err
}
