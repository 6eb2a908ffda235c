package suspect

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

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

// linkedLists reports lists that are held at one end, which are chains in the
// dominator tree, and those that are held at both.
func linkedLists(ctx context.Context, h *Heap) ([]Suspect, error) {
	out, err := h.fromHoldings(ctx, func(x *holding) bool { return !h.isCallback(x) && h.isLinked(x) })
	if err != nil {
		return nil, err
	}
	length, err := h.chains(ctx)
	if err != nil {
		return nil, err
	}
	for n, k := range length {
		n := graph.NodeID(n)
		if k < minElements || !h.enough(h.Tree.Retained(n)) {
			continue
		}
		if d := h.Tree.Idom(n); d != graph.None && h.Graph.Type(d) == h.Graph.Type(n) {
			continue // not the first of its chain
		}
		out = append(out, h.chain(n, int(k)))
	}
	return out, nil
}

// chains returns for each object how many of its type follow each other, child
// by child, from it on.
func (h *Heap) chains(ctx context.Context) ([]uint32, error) {
	types := h.Graph.TypeColumn()
	order := h.Tree.Order()
	length := make([]uint32, len(types))
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		length[n]++
		if d := h.Tree.Idom(n); d != graph.None && types[d] == types[n] {
			length[d] = max(length[d], length[n])
		}
		if i%(1<<18) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return length, nil
}

func (h *Heap) chain(first graph.NodeID, length int) Suspect {
	typ := h.Graph.TypeName(first)
	s := Suspect{
		Object: first, Accumulation: first, Count: 1, Elements: length, ElementType: typ,
		Retained: h.Tree.Retained(first), Path: h.Paths.Path(first, nil), Hint: hintList,
	}
	s.Reason = fmt.Sprintf("a linked list of %s %s, one after the other", count(length), typ)
	if s.Path.Root != nil {
		s.Reason += ", held by " + h.rootText(s.Path)
	}
	s.Fingerprint = h.digest("chain", rootGroup(h, s.Path), typ, h.lastRef(s.Path))
	return s
}
