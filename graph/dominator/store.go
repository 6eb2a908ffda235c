package dominator

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// Columns implements store.Keeper.
func (t *Tree) Columns() graph.Columns {
	return graph.Columns{
		"idom": {graph.Pack(t.idom)}, "retained": {graph.Pack(t.retained)}, "order": {graph.Pack(t.order)},
		"bytes": {graph.Pack([]uint64{t.bytes})},
	}
}

// fromColumns is the reverse of Columns.
func fromColumns(g *graph.Graph, get func(name string) []byte) (*Tree, error) {
	t := &Tree{g: g}
	var bytes []uint64
	var err error
	if t.idom, err = graph.Unpack[graph.NodeID](get("idom")); err != nil {
		return nil, err
	}
	if t.retained, err = graph.Unpack[uint64](get("retained")); err != nil {
		return nil, err
	}
	if t.order, err = graph.Unpack[graph.NodeID](get("order")); err != nil {
		return nil, err
	}
	if bytes, err = graph.Unpack[uint64](get("bytes")); err != nil {
		return nil, err
	}
	if len(t.idom) != g.Len() || len(t.retained) != g.Len() || len(t.order) > g.Len() || len(bytes) != 1 {
		return nil, fmt.Errorf("dominators of %d objects for %d: %w", len(t.idom), g.Len(), graph.ErrColumns)
	}
	t.bytes = bytes[0]
	return t, nil
}
