package view

import (
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

func TestBackEdges(t *testing.T) {
	nodes := make([]Node, 4)
	for _, test := range []struct {
		name  string
		edges []Edge
		want  []bool
	}{
		{"chain", []Edge{{From: 0, To: 1}, {From: 1, To: 2}}, []bool{false, false}},
		{"itself", []Edge{{From: 0, To: 0}}, []bool{true}},
		{"marked edge yields", []Edge{{From: 1, To: 0, Cycle: true}, {From: 0, To: 1}}, []bool{true, false}},
		{"weak edge yields", []Edge{{From: 1, To: 0, Kind: graph.Weak}, {From: 0, To: 1}}, []bool{true, false}},
		{"ring of marked edges stays a ring", []Edge{{From: 0, To: 1, Cycle: true}, {From: 1, To: 2, Cycle: true}, {From: 2, To: 0, Cycle: true}}, []bool{false, false, true}},
		{"diamond", []Edge{{From: 0, To: 1}, {From: 0, To: 2}, {From: 1, To: 3}, {From: 2, To: 3}}, []bool{false, false, false, false}},
	} {
		v := &View{Nodes: nodes, Edges: test.edges}
		if got := v.BackEdges(); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
