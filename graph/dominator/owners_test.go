package dominator

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// TestOwners compares with a search from each group of roots.
func TestOwners(t *testing.T) {
	several := 0
	for seed := range uint64(1000) {
		rng := rand.New(rand.NewPCG(seed, 7))
		g := graphtest.Random(rng)
		tree, err := Compute(context.Background(), g)
		if err != nil {
			t.Fatal(err)
		}
		group := make([]int32, len(g.Roots()))
		from := map[int32][]graph.NodeID{}
		for i, r := range g.Roots() {
			group[i] = int32(rng.IntN(3))
			if r.Via.Retains() {
				from[group[i]] = append(from[group[i]], r.Node)
			}
		}
		o, err := tree.Owners(context.Background(), group)
		if err != nil {
			t.Fatal(err)
		}
		reach := map[int32]map[graph.NodeID]bool{}
		for k, nodes := range from {
			reach[k] = graphtest.Reach(g, nodes)
		}
		var sum uint64
		for i, n := range o.tops {
			sum += tree.Retained(n)
			want, count := Several, 0
			for k, set := range reach {
				if set[n] {
					want = k
					count++
				}
			}
			if count > 1 {
				want = Several
				several++
			}
			if o.groups[i] != want {
				t.Fatalf("seed %d: node %d is of group %d, naive %d", seed, n, o.groups[i], want)
			}
		}
		if _, total := tree.Total(); sum != total {
			t.Fatalf("seed %d: groups retain %d of %d", seed, sum, total)
		}
	}
	if several == 0 {
		t.Error("nothing was held by several")
	}
}

// TestRootedBranches accounts for the whole heap, and puts what two roots hold
// under neither.
func TestRootedBranches(t *testing.T) {
	p := graphtest.Parse(t, `@main.a>A A=main.A A.x>S A.y>T @main.b>B B=main.B B.x>S S=main.S/10 T=main.S/20 S.d>D D=data/5`)
	tree, err := Compute(context.Background(), p.Graph)
	if err != nil {
		t.Fatal(err)
	}
	group := make([]int32, len(p.Roots()))
	for i := range group {
		group[i] = int32(i)
	}
	o, err := tree.Owners(context.Background(), group)
	if err != nil {
		t.Fatal(err)
	}
	top, err := tree.Branches(context.Background(), graph.None, &BranchOptions{ByType: true, Owners: o})
	if err != nil {
		t.Fatal(err)
	}
	want := map[int32]uint64{0: 21, 1: 1, Several: 15}
	var sum uint64
	for _, b := range top.Children {
		sum += b.Retained
		if !b.Rooted || b.Retained != want[b.Owner] {
			t.Errorf("owner %d retains %d, want %d", b.Owner, b.Retained, want[b.Owner])
		}
		if b.Owner == Several && (len(b.Children) != 1 || p.TypeName(b.Children[0].Node) != "main.S" || b.Children[0].Count != 1) {
			t.Errorf("several: %+v", b.Children)
		}
	}
	if sum != top.Retained || len(top.Children) != 3 {
		t.Errorf("%d branches retain %d of %d", len(top.Children), sum, top.Retained)
	}
}
