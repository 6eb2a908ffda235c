package graphtest

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/refgraph/refgraph/graph"
)

var noCancel = context.Background()

// Random builds a small graph that has what breaks graph algorithms: several
// roots (or none), self references, parallel references, unreachable parts,
// cycles, weak and conservative references, entries of weak tables. The same rng state gives the same
// graph.
func Random(rng *rand.Rand) *graph.Graph {
	n := 1 + rng.IntN(24)
	b := graph.NewBuilder(graph.Info{Name: "random", Format: "random"}, graph.NameLabels)
	must(b.SetCount(n))
	types := 1 + rng.IntN(4)
	for i := range n {
		b.SetNode(graph.NodeID(i), b.Types().Intern(fmt.Sprintf("T%d", rng.IntN(types))), uint64(rng.IntN(100)), 0)
		if rng.IntN(8) == 0 {
			b.SetInternal(graph.NodeID(i))
		}
	}
	refs := make([]ref, rng.IntN(3*n))
	for i := range refs {
		r := &refs[i]
		r.from, r.to = graph.NodeID(rng.IntN(n)), graph.NodeID(rng.IntN(n))
		switch rng.IntN(12) {
		case 0:
			r.kind, r.table = graph.RefKind(rng.IntN(int(graph.Finalizer)+1)), graph.NodeID(rng.IntN(n))
		case 1:
			r.to = r.from
		case 2:
			*r = refs[rng.IntN(i+1)]
		}
	}
	must(writeRows(b, n, refs))
	for range rng.IntN(4) {
		name := b.String(fmt.Sprintf("r%d", rng.IntN(3)))
		b.AddRoot(graph.Root{Node: graph.NodeID(rng.IntN(n)), Var: name})
	}
	g, err := b.Build(nil)
	must(err)
	return g
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
