package graphtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// draw writes a graph back as arrows.
func draw(g *graph.Graph, name func(graph.NodeID) string) string {
	var b strings.Builder
	for _, r := range g.Roots() {
		fmt.Fprintf(&b, "%s > %s\n", lang.Of(g).Root(&r), name(r.Node))
	}
	for n := range graph.NodeID(g.Len()) {
		fmt.Fprintf(&b, "%s %s %d %v\n", name(n), g.TypeName(n), g.Size(n), g.Internal(n))
		for i, to := range g.Row(n) {
			fmt.Fprintf(&b, "%s%s %s> %s\n", name(n), g.Detail().RefName(n, i, false), g.RefKind(n, i), name(to))
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	p := Parse(t, `root>A>B A.next>C B["k"]>C:weak A[3]>A A>B @stack/worker>C  C=main.T/64! D=x/y.Z E`)
	want := `global root > A
stack worker > C
A A 1 false
A strong> B
A.next strong> C
A[3] strong> A
A strong> B
B B 1 false
B["k"] weak> C
C main.T 64 true
D x/y.Z 1 false
E E 1 false
`
	if got := draw(p.Graph, p.Name); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, bad := range []string{"A>B:wek", "@stak/x>A"} {
		if _, err := parse(bad, graph.Info{}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestRandomHasEverything(t *testing.T) {
	var self, parallel, weak, ephemeron, rootless, roots bool
	for seed := range uint64(200) {
		g := Random(rand.New(rand.NewPCG(seed, 0)))
		rootless = rootless || len(g.Roots()) == 0
		roots = roots || len(g.Roots()) > 1
		for n := range graph.NodeID(g.Len()) {
			seen := map[graph.NodeID]bool{}
			for i, to := range g.Row(n) {
				self = self || to == n
				parallel = parallel || seen[to]
				weak = weak || g.RefKind(n, i) == graph.Weak
				ephemeron = ephemeron || g.EphemeronTable(n, i) != graph.None
				seen[to] = true
			}
		}
	}
	if !self || !parallel || !weak || !ephemeron || !rootless || !roots {
		t.Errorf("self %v parallel %v weak %v ephemeron %v rootless %v roots %v", self, parallel, weak, ephemeron, rootless, roots)
	}
}

func TestBigShapes(t *testing.T) {
	for _, g := range []*graph.Graph{HeldList(1000), Sessions(100_000), Tangle(100_000)} {
		seen := graph.NewBitset(g.Len())
		var queue []graph.NodeID
		for _, r := range g.Roots() {
			queue = append(queue, r.Node)
		}
		for len(queue) > 0 {
			n := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			if !seen.Has(n) {
				seen.Add(n)
				queue = append(queue, g.Row(n)...)
			}
		}
		if seen.Len() != g.Len() {
			t.Errorf("%s: %d of %d objects reachable", g.Info().Name, seen.Len(), g.Len())
		}
		t.Logf("%s: %d objects %d references", g.Info().Name, g.Len(), g.Refs())
	}
}
