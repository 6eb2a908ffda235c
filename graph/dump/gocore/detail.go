package gocore

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// detail names references and describes objects by their types.
type detail struct{ typer *gotype.Typer }

// State implements graph.Restorer.
func (d *detail) State() graph.Columns { return d.typer.State() }

func (d *detail) RefName(n graph.NodeID, i int, values bool) string {
	return d.typer.RefName(n, i, values)
}

func (d *detail) Fields(n graph.NodeID, values bool, limit int) ([]graph.Field, int) {
	return d.typer.Fields(n, values, limit)
}

func (d *detail) Describe(n graph.NodeID, values bool) string {
	return d.typer.Describe(n, values)
}
