package retain

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// Columns implements store.Keeper.
func (t *Tree) Columns() graph.Columns {
	return graph.Columns{"parent": {graph.Pack(t.parent)}, "order": {graph.Pack(t.order)}, "held": {graph.Pack(t.held)}, "firm": {graph.Pack([]uint32{uint32(t.firm)})}}
}

// fromColumns is the reverse of Columns.
func fromColumns(g *graph.Graph, get func(name string) []byte) (*Tree, error) {
	t := &Tree{g: g}
	var err error
	if t.parent, err = graph.Unpack[graph.NodeID](get("parent")); err != nil {
		return nil, err
	}
	if t.order, err = graph.Unpack[graph.NodeID](get("order")); err != nil {
		return nil, err
	}
	if t.held, err = graph.Unpack[heldBy](get("held")); err != nil {
		return nil, err
	}
	firm, err := graph.Unpack[uint32](get("firm"))
	if err != nil {
		return nil, err
	}
	if len(firm) != 1 || int64(firm[0]) > int64(len(t.order)) {
		return nil, fmt.Errorf("objects that pools hold: %w", graph.ErrColumns)
	}
	t.firm = int(firm[0])
	if len(t.parent) != g.Len() || len(t.order) > g.Len() {
		return nil, fmt.Errorf("paths of %d objects for %d: %w", len(t.parent), g.Len(), graph.ErrColumns)
	}
	for _, h := range t.held {
		if int(h.root) < 0 || int(h.root) >= len(g.Roots()) {
			return nil, fmt.Errorf("root %d of %d: %w", h.root, len(g.Roots()), graph.ErrColumns)
		}
	}
	return t, nil
}
