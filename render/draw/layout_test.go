package draw

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/draw/internal/engine"
	"github.com/refgraph/refgraph/render/view"
)

// loops is a picture with boxes that refer to themselves, drawn at random.
func loops(r *rand.Rand) *view.View {
	v := &view.View{Total: 1 << 20, Sideways: r.IntN(2) == 0, Nodes: []view.Node{{Kind: view.RootNode, Head: "global", Name: "main.pool", Count: 1}}}
	for i := range 2 + r.IntN(8) {
		at := len(v.Nodes)
		v.Nodes = append(v.Nodes, view.Node{Kind: view.ObjectNode, Head: "sync.poolChainElt"[:3+r.IntN(12)], ID: fmt.Sprint(i), Count: 1 + r.IntN(3), Retained: 1 << r.IntN(20), Sized: true})
		label := ".local[…].poolLocalInternal.shared.head"[:3+r.IntN(30)]
		v.Edges = append(v.Edges, view.Edge{From: r.IntN(at) * r.IntN(2), To: at, Label: label, Count: r.IntN(3), Kind: graph.Pooled, Retained: 1 << r.IntN(20)})
		if r.IntN(2) == 0 {
			v.Edges = append(v.Edges, view.Edge{From: at, To: at, Label: ".next.v", Count: r.IntN(10), Retained: 1 << r.IntN(20)})
		}
	}
	return v
}

func TestNoLabelLiesOnABox(t *testing.T) {
	for seed := range uint64(40) {
		p := newPlan(view.Prepare(loops(rand.New(rand.NewPCG(seed, 1))), nil))
		if err := p.place(t.Context(), engine.Here, carefully); err != nil {
			t.Fatal(err)
		}
		p.settleLabels()
		for i := range p.arcs {
			a := &p.arcs[i]
			for k, c := range p.cards {
				at := p.at[k]
				box := rect{at.x - c.w/2, at.y - c.h/2, at.x + c.w/2, at.y + c.h/2}
				if a.lw > 0 && box.meets(a.words()) {
					t.Errorf("seed %d, sideways %v: the label of %d → %d at %+v lies on box %d at %+v",
						seed, p.view.Sideways, a.edge.From, a.edge.To, a.words(), k, box)
				}
			}
		}
	}
}
