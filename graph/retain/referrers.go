package retain

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// Referrer is one reference to an object: reference Index of its holder's row.
type Referrer struct {
	Holder graph.NodeID
	Index  int
}

// Referrers lists the first references to an object, of all kinds and in the order
// of their holders, and says how many there are. It costs one pass over all
// references: for a single object that is cheaper than the reverse rows.
func Referrers(ctx context.Context, g *graph.Graph, n graph.NodeID, limit int) (list []Referrer, total int, err error) {
	const check = 1 << 16
	for from := range graph.NodeID(g.Len()) {
		if from%check == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		for i, to := range g.Row(from) {
			if to != n {
				continue
			}
			total++
			if len(list) < limit {
				list = append(list, Referrer{from, i})
			}
		}
	}
	return list, total, nil
}
