package dominator

import (
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// TestHeldBy groups what some objects dominate: a holder that another dominates is
// not what they hold.
func TestHeldBy(t *testing.T) {
	p := graphtest.Parse(t, `root>A A>B A>x1 B>x2 B>x3 B>y A=H/1 B=H/2 x1=X/10 x2=X/20 x3=X/40 y=Y/500 x3>z z=Z/7`)
	tree := computed(t, p.Graph)
	holders := graph.NewBitset(p.Len())
	for _, n := range p.IDs("A", "B") {
		holders.Add(n)
	}
	held, err := tree.HeldBy(t.Context(), holders)
	if err != nil {
		t.Fatal(err)
	}
	if len(held) != 2 {
		t.Fatalf("%+v, want the types Y and X", held)
	}
	y, x := held[0], held[1]
	if p.Types().Name(y.Type) != "Y" || y.Count != 1 || y.Shallow != 500 || y.Retained != 500 || y.First != p.ID("y") {
		t.Errorf("Y: %+v", y)
	}
	if p.Types().Name(x.Type) != "X" || x.Count != 3 || x.Shallow != 70 || x.Retained != 77 || x.First != min(p.ID("x1"), p.ID("x2"), p.ID("x3")) {
		t.Errorf("X: %+v", x)
	}
	set, err := tree.HeldOf(t.Context(), holders, x)
	if err != nil || set.Len() != 3 || !set.Has(p.ID("x2")) || set.Has(p.ID("z")) {
		t.Errorf("%d objects, %v", set.Len(), err)
	}
}
