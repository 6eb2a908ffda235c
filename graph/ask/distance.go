package ask

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/store"
)

// distanceList is how far objects are, by object; nil where nobody tells.
type distanceList []uint32

// Columns implements store.Keeper.
func (l distanceList) Columns() graph.Columns {
	return graph.Columns{"distances": {graph.Pack([]uint32(l))}}
}

func distancesFrom(g *graph.Graph, get func(name string) []byte) (distanceList, error) {
	l, err := graph.Unpack[uint32](get("distances"))
	if err == nil && len(l) != g.Len() {
		err = fmt.Errorf("distances of %d objects for %d: %w", len(l), g.Len(), graph.ErrColumns)
	}
	return l, err
}

// distances returns how far objects are in the words of the tools that people have for
// the format; nil if they tell nothing. It costs a pass over all references, once.
func distances(ctx context.Context, g *graph.Graph) (distanceList, error) {
	d, ok := graph.DetailOf[graph.Distancer](g.Detail())
	if !ok {
		return nil, nil
	}
	key := store.Key[distanceList]{Name: "distances", Load: func(get func(string) []byte) (distanceList, error) { return distancesFrom(g, get) }}
	return store.Get(ctx, g, key, func(ctx context.Context) (distanceList, error) { return d.Distances(ctx) })
}

func (l distanceList) of(n graph.NodeID) int {
	if int(n) >= len(l) {
		return 0
	}
	return int(l[n])
}

// add tells how far the objects of a path are.
func (l distanceList) add(g *graph.Graph, p *Path) {
	for i := range p.Steps {
		if n, err := findObject(g, p.Steps[i].Object); err == nil && l != nil {
			p.Steps[i].Distance = l.of(n)
		}
	}
}
