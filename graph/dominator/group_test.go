package dominator

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// draw writes the tree by type, one line for each group.
func draw(t *testing.T, tree *Tree, raw bool) string {
	t.Helper()
	var b strings.Builder
	var down func(g *Group, indent string)
	down = func(g *Group, indent string) {
		groups, err := tree.ByType(t.Context(), g, raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range groups {
			fmt.Fprintf(&b, "%s%d %s %d\n", indent, len(c.Nodes), tree.g.Types().Name(c.Type), c.Retained)
			down(c, indent+" ")
		}
	}
	down(nil, "")
	return b.String()
}

func TestByType(t *testing.T) {
	p := graphtest.Parse(t, `root>cache cache>m m>g m>s1 g>s2 g>s3 s1>u1 s2>u2 s3>u3 root>l1>l2>l3>x
		cache=Cache/10 m=map/5! g=groups/5! s1=S/20 s2=S/20 s3=S/20 u1=U/1 u2=U/1 u3=V/1 l1=L l2=L l3=L x=X`)
	tree := compute(t, p.Graph)
	want := `1 Cache 83
 3 S 63
  2 U 2
  1 V 1
3 L 4
 1 X 1
`
	if got := draw(t, tree, false); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := draw(t, tree, true); !strings.Contains(got, " 1 map 73\n  1 groups 47\n") {
		t.Errorf("raw:\n%s", got)
	}
}

// In the raw tree by type every reachable object is in one group.
func TestByTypeIsWhole(t *testing.T) {
	for seed := range uint64(500) {
		tree := compute(t, graphtest.Random(rand.New(rand.NewPCG(seed, 3))))
		seen := map[graph.NodeID]bool{}
		var down func(g *Group)
		down = func(g *Group) {
			groups, err := tree.ByType(t.Context(), g, true)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range groups {
				if c.Retained != tree.RetainedBy(c.Nodes) {
					t.Fatalf("seed %d: a group retains %d, not %d", seed, c.Retained, tree.RetainedBy(c.Nodes))
				}
				for _, n := range c.Nodes {
					if seen[n] {
						t.Fatalf("seed %d: object %d is in two groups", seed, n)
					}
					seen[n] = true
				}
				down(c)
			}
		}
		down(nil)
		if objects, _ := tree.Total(); len(seen) != objects {
			t.Fatalf("seed %d: %d of %d objects", seed, len(seen), objects)
		}
	}
}
