package suspect

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// garbage reports objects that no root of the program reaches and that are not
// freed either: cycles, in a runtime that counts references.
func garbage(ctx context.Context, h *Heap) ([]Suspect, error) {
	if !lang.Of(h.Graph).CountsRefs {
		return nil, nil
	}
	var out []Suspect
	for _, set := range h.rootSets(graph.RootUnknown) {
		if len(set.nodes) < minQueued {
			continue
		}
		n, k := h.mostOfOneType(set.nodes)
		typ := h.Graph.TypeName(n)
		out = append(out, Suspect{
			Object: n, Accumulation: graph.None, Count: k, Elements: k, ElementType: typ, Retained: set.held,
			Path: h.Paths.Path(n, nil), Hint: hintGarbage, Fingerprint: h.digest("garbage", typ), Set: Set{Nodes: set.nodes},
			Reason: fmt.Sprintf("%s objects in cycles wait for the collector, most of them (%s) %s", count(len(set.nodes)), count(k), typ),
		})
	}
	return out, ctx.Err()
}
