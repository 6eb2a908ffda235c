package retain

import (
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Beyond is what references of one kind reach and stronger ones do not: the collector
// frees it when it must, or at its next run.
type Beyond struct {
	Kind    graph.RefKind
	Objects int
	Bytes   uint64
}

// weaker are the kinds of references that do not retain, the strongest first: in this
// order collectors let go.
var weaker = []graph.RefKind{graph.Soft, graph.Weak, graph.Finalizer, graph.Phantom}

// BeyondReach tells what only references reach that do not retain, by the strongest
// kind on the way; kinds that reach nothing are left out. It costs a pass over the
// flags of objects, and what there is to reach.
func BeyondReach(ctx context.Context, g *graph.Graph) ([]Beyond, error) {
	var special []graph.NodeID // have references of such kinds
	for n := range graph.NodeID(g.Len()) {
		if !g.Plain(n) {
			special = append(special, n)
		}
	}
	if len(special) == 0 {
		return nil, ctx.Err()
	}
	live, err := Reach(ctx, g)
	if err != nil {
		return nil, err
	}
	seen := slices.Clone(live)
	var out []Beyond
	for i := range weaker {
		b := Beyond{Kind: weaker[i]}
		m := graph.Marking{Graph: g, Seen: seen, Each: func(n graph.NodeID) {
			b.Objects++
			b.Bytes += g.Size(n)
		}}
		for more := true; more; { // what was reached may refer to more
			before := b.Objects
			for _, n := range special {
				if !seen.Has(n) {
					continue
				}
				for k, to := range g.Row(n) {
					if slices.Contains(weaker[:i+1], g.RefKind(n, k)) {
						m.Visit(to)
					}
				}
			}
			if err := m.Run(ctx); err != nil {
				return nil, err
			}
			more = b.Objects > before
		}
		if b.Objects > 0 {
			out = append(out, b)
		}
	}
	return out, nil
}
