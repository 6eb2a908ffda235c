package ruby

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// columnKinds is what a detail needs besides the graph.
const columnKinds = "kinds"

// State implements graph.Restorer.
func (d *detail) State() graph.Columns {
	return graph.Columns{columnKinds: {graph.Pack(d.r.kind)}}
}

// Restore makes the Detailer of a graph that Read made of the same dump before. It
// does not read the dump.
func Restore(_ context.Context, src *source.Source, g *graph.Graph, state func(column string) []byte) (graph.Detailer, error) {
	kinds, err := graph.Unpack[kind](state(columnKinds))
	if err == nil && len(kinds) != g.Len() {
		err = fmt.Errorf("%d kinds of %d objects: %w", len(kinds), g.Len(), graph.ErrColumns)
	}
	if err != nil {
		return nil, err
	}
	return newDetail(&reader{f: &file{src: src}, g: g, kind: kinds}), nil
}
