package python

import (
	"bytes"
	"unsafe"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/sites"
)

// What is kept of entries of tables in other tables, in bytes.
const (
	typeCost  = 200 // names in the graph, keys, places in maps
	shapeCost = 200
	labelCost = 40
	rootCost  = 150 // a root of the graph with its name
	ownCost   = 64  // in maps
)

// charge counts what a record will take before it is decoded; see source.Charge.
// Entries of lists are counted by their commas, which is too much for those that
// have commas of their own.
func (f *file) charge(tag byte, p []byte) error {
	entries := func(size uintptr) int { return (1 + bytes.Count(p, []byte(","))) * int(size) }
	n := 0
	switch tag {
	case 'H', 'E':
		n = entries(ownCost)
	case 'T':
		n = int(unsafe.Sizeof([2]string{})) + typeCost + 2*len(p)
	case 'S':
		n = shapeCost + entries(unsafe.Sizeof(label{})+labelCost)
	case 'R':
		n = bytes.Count(p, []byte("{"))*(int(unsafe.Sizeof(root{}))+rootCost) + len(p)
	case 'N', 'D':
		n = entries(unsafe.Sizeof(idText{})) + len(p)
	case 'L':
		n = (1 + bytes.Count(p, []byte("["))) * int(unsafe.Sizeof(sites.Frame{}))
	case 'W':
		n = entries(unsafe.Sizeof(graph.Warning{})) + len(p)
	case 'B':
		n = int(unsafe.Sizeof(batch{}))
	}
	return f.src.Charge(n)
}
