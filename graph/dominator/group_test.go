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
	tree := computed(t, p.Graph)
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
		tree := computed(t, graphtest.Random(rand.New(rand.NewPCG(seed, 3))))
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

func TestBranches(t *testing.T) {
	p := graphtest.Parse(t, `root>cache cache>m m>s1 m>s2 m>s3 s1>u1 s2>u2 root>x root>y
		cache=Cache/10 m=map/5! s1=S/20 s2=S/19 s3=S/18 u1=U/3 u2=U/2 x=X/9 y=Y/8`)
	tree := computed(t, p.Graph)
	draw := func(of graph.NodeID, o BranchOptions) string {
		top, err := tree.Branches(t.Context(), of, &o)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		var down func(x *Branch)
		down = func(x *Branch) {
			name := "roots"
			if x.Node != graph.None {
				name = p.TypeName(x.Node)
			}
			fmt.Fprintf(&b, "%d %s %d", x.Count, name, x.Retained)
			if x.More > 0 {
				fmt.Fprintf(&b, " +%d %d", x.More, x.MoreSize)
			}
			for _, c := range x.Children {
				b.WriteString(" (")
				down(c)
				b.WriteString(")")
			}
		}
		down(top)
		return b.String()
	}
	for _, c := range []struct {
		of   graph.NodeID
		o    BranchOptions
		want string
	}{
		{graph.None, BranchOptions{Siblings: 2}, "9 roots 94 +1 8 (1 Cache 77 +1 18 (1 S 23 (1 U 3)) (1 S 21 (1 U 2))) (1 X 9)"},
		{graph.None, BranchOptions{ByType: true}, "9 roots 94 (1 Cache 77 (3 S 62 (2 U 5))) (1 X 9) (1 Y 8)"},
		{graph.None, BranchOptions{Depth: 1, Nodes: 3}, "9 roots 94 +1 8 (1 Cache 77) (1 X 9)"},
		{p.ID("cache"), BranchOptions{Raw: true, Depth: 1}, "1 Cache 77 (1 map 67)"},
		{p.ID("cache"), BranchOptions{ByType: true, Nodes: 2}, "1 Cache 77 (3 S 62 +2 5)"},
	} {
		if got := draw(c.of, c.o); got != c.want {
			t.Errorf("%+v: %s\nwant %s", c.o, got, c.want)
		}
	}
}
