package view_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/render/view"
)

// pathView makes the view of why all objects of a type are alive.
func pathView(t *testing.T, g *graph.Graph, typ string, maxNodes int) *view.View {
	t.Helper()
	return view.Paths(must[*ask.PathsAnswer](t)(session(t, g).Paths(t.Context(), ask.PathsQuestion{Type: typ, Nodes: maxNodes})))
}

// arrows writes the edges of a view.
func arrows(v *view.View) string {
	var b strings.Builder
	for _, e := range v.Edges {
		name := func(i int) string { return strings.TrimSpace(v.Nodes[i].Head + " " + v.Nodes[i].Name) }
		fmt.Fprintf(&b, "%s %s> %s x%d\n", name(e.From), e.Label, name(e.To), e.Count)
	}
	return b.String()
}

func TestPathViewOfALeak(t *testing.T) {
	p := graphtest.Parse(t, `@global/main.cache>c c.m>m m["a"]>s1 m["b"]>s2 m["c"]>s3 c.head>s3 s3.next>s2 s2.next>s1
		@stack/worker>s4 @main.ch>ch ch[0]>s5 s1.user>u1 s2.user>u2 s3.user>u3 dead>s6
		c=main.Cache/40 m=map/48! ch=chan/96 s1=main.Session/80 s2=main.Session/80 s3=main.Session/80
		s4=main.Session/80 s5=main.Session/80 s6=main.Session/80 u1=main.User/64 u2=main.User/64 u3=main.User/64`)
	v := pathView(t, p.Graph, "main.Session", 0)
	got := arrows(v)
	for _, want := range []string{
		"global main.cache > main.Cache x1\n", `main.Cache .m["…"]> main.Session x`, "main.Cache .head> main.Session x1\n",
		"main.Session .next> main.Session x2\n", "stack worker > main.Session x1\n", "chan […]> main.Session x1\n",
		"main.Session .user> main.User x3\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if v.Title != "Why 5 main.Session are alive" {
		t.Errorf("title %q", v.Title)
	}
	target := v.Nodes[0]
	if target.Kind != view.TargetNode || target.Count != 5 || target.Retained != 5*80+3*64 {
		t.Errorf("target %+v", target)
	}
	if !strings.Contains(strings.Join(v.LeftOut, "; "), "1 that no root reaches") {
		t.Errorf("left out %q", v.LeftOut)
	}
}

func TestPathViewKeepsToItsBudget(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "@global/g%d>h%d h%d.x>t%d h%d=H%d t%d=T ", i, i, i, i, i, i, i)
	}
	p := graphtest.Parse(t, b.String())
	v := pathView(t, p.Graph, "T", 30)
	if len(v.Nodes) > 30 {
		t.Errorf("%d boxes", len(v.Nodes))
	}
	if len(v.LeftOut) == 0 {
		t.Error("nothing says what was left out")
	}
}

func TestPathViewOfNothingAlive(t *testing.T) {
	p := graphtest.Parse(t, `root>a dead>b a=A b=B`)
	v := pathView(t, p.Graph, "B", 0)
	if v.Title != "No B is alive" {
		t.Errorf("title %q", v.Title)
	}
}

func TestPathViewSaysThroughWhat(t *testing.T) {
	b := graph.NewBuilder(graph.Info{}, graph.NoLabels)
	if err := b.SetCount(3); err != nil {
		t.Fatal(err)
	}
	for n, root := range []string{"", "main.x", "main.x"} {
		b.SetNode(graph.NodeID(n), b.Types().Intern("T"), 8, 0)
		b.AddRoot(graph.Root{Node: graph.NodeID(n), Var: b.String(root)})
	}
	if err := b.BuildRows(t.Context(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for range hi - lo {
			w.Next()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(pathView(t, g, "T", 0).Findings)
	if !strings.Contains(got, "global main.x reaches 2, sole holder · a global without a name reaches 1, sole holder") {
		t.Errorf("it says %s", got)
	}
}
