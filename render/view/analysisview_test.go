package view_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cycle"
	heapdiff "github.com/refgraph/refgraph/graph/diff"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/graphtest"
	leak "github.com/refgraph/refgraph/graph/suspect"
	"github.com/refgraph/refgraph/render/view"
)

// cacheOf is a heap with a cache of n sessions, a cycle and a weak reference.
func cacheOf(t *testing.T, n int) (*graphtest.Picture, *leak.Heap) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`@main.cache>c c.m>m c=main.Cache/64 m=map/48! c.a>x x.to>y y.to>x x=main.X/10 y=main.Y/10 c.w>y:weak `)
	for i := range n {
		fmt.Fprintf(&b, `m["k%d"]>s%d s%d=main.Session/400 s%d.user>u%d u%d=main.User/40 `, i, i, i, i, i, i)
	}
	p := graphtest.Parse(t, b.String())
	h, err := leak.NewHeap(t.Context(), p.Graph)
	if err != nil {
		t.Fatal(err)
	}
	return p, h
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
	p, h := cacheOf(t, 20)
	top, err := h.Tree.Branches(t.Context(), graph.None, &dominator.BranchOptions{ByType: true})
	if err != nil {
		t.Fatal(err)
	}
	check(t, view.DominatorView(h.Tree, h.Paths, top, false), "its dominator tree", "main.cache", "main.Cache", `.m["…"] 20×`, "main.Session", ".user 20×")
	if top, err = h.Tree.Branches(t.Context(), p.ID("c"), &dominator.BranchOptions{Siblings: 3}); err != nil {
		t.Fatal(err)
	}
	check(t, view.DominatorView(h.Tree, h.Paths, top, false), "What is freed with this main.Cache", "× 18 more")
}

func TestSuspectView(t *testing.T) {
	_, h := cacheOf(t, 2000)
	list, err := leak.Find(t.Context(), h)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	v, err := view.SuspectView(t.Context(), h, &list[0], false)
	if err != nil {
		t.Fatal(err)
	}
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
	_, h := cacheOf(t, 1)
	list, err := cycle.Find(t.Context(), h.Tree)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	v := view.CycleView(h.Tree, h.Paths, list[0], false)
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
	root, err := heapdiff.Grow(t.Context(), old.Tree, now.Tree, 60)
	if err != nil {
		t.Fatal(err)
	}
	v := view.GrowthView(old.Tree, now.Tree, now.Paths, root)
	check(t, v, "The heap grew from", "10 before, 20 more", "main.Session", "main.cache")
	for _, n := range v.Nodes {
		if n.Kind == view.ObjectNode && n.Growth <= 0 {
			t.Errorf("%s did not grow", n.Head)
		}
	}
}

func TestAroundView(t *testing.T) {
	p, h := cacheOf(t, 30)
	set := graph.NewBitset(p.Len())
	set.Add(p.ID("y"))
	in := view.AroundInput{Graph: p.Graph, Sizes: h.Tree, Targets: set, Name: "main.Y", Inbound: true,
		Highlight: func(n graph.NodeID) bool { return n == p.ID("c") },
		Note:      func(graph.NodeID) string { return "refcount 7" }}
	v, err := view.AroundView(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	check(t, v, "What refers to main.Y", "main.X", "main.cache", ".to", "weak", "refcount 7")
	for _, n := range v.Nodes {
		if n.Emphasis != (n.Head == "main.Cache") {
			t.Errorf("%s emphasised: %v", n.Head, n.Emphasis)
		}
	}
	out := graph.NewBitset(p.Len())
	out.Add(p.ID("m"))
	in = view.AroundInput{Graph: p.Graph, Targets: out, Name: "map", Siblings: 4, Depth: 1}
	if v, err = view.AroundView(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	check(t, v, "What map refers to", "main.Session", "× 26 more")
	in.Filter = func(n graph.NodeID) bool { return p.TypeName(n) == "main.User" }
	if v, err = view.AroundView(t.Context(), in); err != nil || len(v.Nodes) != 1 {
		t.Errorf("%d boxes with a filter that leaves none (%v)", len(v.Nodes), err)
	}
}
