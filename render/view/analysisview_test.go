package view_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/render/view"
)

// session is the session of a graph.
func session(t *testing.T, g *graph.Graph) *ask.Session {
	t.Helper()
	s, err := ask.Of(t.Context(), &dump.Dump{Graph: g}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// cacheOf is a heap with a cache of n sessions, a cycle and a weak reference.
func cacheOf(t *testing.T, n int) (*graphtest.Picture, *ask.Session) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`@main.cache>c c.m>m c=main.Cache/64 m=map/48! c.a>x x.to>y y.to>x x=main.X/10 y=main.Y/10 c.w>y:weak `)
	for i := range n {
		fmt.Fprintf(&b, `m["k%d"]>s%d s%d=main.Session/400 s%d.user>u%d u%d=main.User/40 `, i, i, i, i, i, i)
	}
	p := graphtest.Parse(t, b.String())
	return p, session(t, p.Graph)
}

// must returns an answer without its error.
func must[A any](t *testing.T) func(A, error) A {
	return func(a A, err error) A {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}

// check draws a view as text and checks what every view must hold.
func check(t *testing.T, v *view.View, want ...string) {
	t.Helper()
	ids := map[string]bool{}
	for _, n := range v.Nodes {
		if n.ID == "" || ids[n.ID] {
			t.Errorf("id %q is not unique", n.ID)
		}
		ids[n.ID] = true
	}
	for _, e := range v.Edges {
		if e.From < 0 || e.To < 0 || e.From >= len(v.Nodes) || e.To >= len(v.Nodes) {
			t.Errorf("edge %+v of %d nodes", e, len(v.Nodes))
		}
	}
	var b bytes.Buffer
	if err := view.Text(&b, v, nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range want {
		if !strings.Contains(b.String(), s) {
			t.Errorf("no %q in\n%s", s, b.String())
		}
	}
}

func TestDominatorView(t *testing.T) {
	p, s := cacheOf(t, 20)
	ok := must[*ask.DominatorsAnswer](t)
	check(t, view.Dominators(ok(s.Dominators(t.Context(), ask.DominatorsQuestion{}))),
		"its dominator tree", "main.cache", "main.Cache", `.m["…"] 20×`, "main.Session", ".user 20×")
	q := ask.DominatorsQuestion{Object: lang.Of(p.Graph).ID(p.ID("c")), Siblings: 3, Objects: true}
	check(t, view.Dominators(ok(s.Dominators(t.Context(), q))), "What is freed with this main.Cache", "× 18 more")
}

func TestSuspectView(t *testing.T) {
	_, s := cacheOf(t, 2000)
	a := must[*ask.SuspectsAnswer](t)(s.Suspects(t.Context(), ask.SuspectsQuestion{Pictures: true}))
	if len(a.Suspects) == 0 {
		t.Fatal("no suspects")
	}
	v := view.Suspect(&a.Suspects[0])
	check(t, v, "Suspect: one main.Cache holds 2,000 main.Session", "usual fix", "main.cache", `.m["…"]`, "× 2,000")
	suspects := 0
	for _, e := range v.Edges {
		if e.Suspect {
			suspects++
		}
	}
	if suspects != 1 {
		t.Errorf("%d references to cut", suspects)
	}
}

func TestCycleView(t *testing.T) {
	_, s := cacheOf(t, 1)
	v := view.Cycle(must[*ask.CyclesAnswer](t)(s.Cycles(t.Context(), ask.CyclesQuestion{Show: 1})))
	check(t, v, "2 objects refer to each other in a cycle", ".to", "(cycle)", "main.cache")
	closed := 0
	for _, e := range v.Edges {
		if e.Cycle {
			closed++
		}
	}
	if closed != 2 {
		t.Errorf("%d references of the cycle, want 2", closed)
	}
}

func TestGrowthView(t *testing.T) {
	_, old := cacheOf(t, 10)
	_, now := cacheOf(t, 30)
	v := view.Growth(must[*ask.DiffAnswer](t)(now.Diff(t.Context(), old, ask.DiffQuestion{Nodes: 60})))
	check(t, v, "The heap grew from", "10 before, 20 more", "main.Session", "main.cache")
	for _, n := range v.Nodes {
		if n.Kind == view.ObjectNode && n.Growth <= 0 {
			t.Errorf("%s did not grow", n.Head)
		}
	}
	shrunk := view.Growth(must[*ask.DiffAnswer](t)(old.Diff(t.Context(), now, ask.DiffQuestion{Nodes: 60})))
	if !strings.Contains(shrunk.Title, "The heap shrank from") {
		t.Errorf("title %q", shrunk.Title)
	}
}

func TestAroundView(t *testing.T) {
	_, s := cacheOf(t, 30)
	ok := must[*ask.AroundAnswer](t)
	v := view.Around(ok(s.Backrefs(t.Context(), ask.AroundQuestion{Type: "main.Y", Highlight: "main.Cache"})))
	check(t, v, "What refers to main.Y", "main.X", "main.cache", ".to", "weak")
	for _, n := range v.Nodes {
		if n.Emphasis != (n.Head == "main.Cache") {
			t.Errorf("%s emphasised: %v", n.Head, n.Emphasis)
		}
	}
	q := ask.AroundQuestion{Type: "map", Siblings: 4, Depth: 1}
	check(t, view.Around(ok(s.Refs(t.Context(), q))), "What map refers to", "main.Session", "× 30")
	q.Filter = "main.User"
	if v := view.Around(ok(s.Refs(t.Context(), q))); len(v.Nodes) != 1 {
		t.Errorf("%d boxes with a filter that leaves none", len(v.Nodes))
	}
	v = view.Around(ok(s.Refs(t.Context(), ask.AroundQuestion{Type: "main.Session"})))
	check(t, v, "What 30 main.Session refer to", "30 objects")
}
