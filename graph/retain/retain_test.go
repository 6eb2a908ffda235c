package retain_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

// ofType is the set of all objects of a type.
func ofType(g *graph.Graph, name string) graph.Bitset {
	s := graph.NewBitset(g.Len())
	for n := range graph.NodeID(g.Len()) {
		if g.TypeName(n) == name {
			s.Add(n)
		}
	}
	return s
}

// merge searches and merges, and draws the picture as lines
// `from -label-> to references/targets`.
func merge(t *testing.T, g *graph.Graph, targets graph.Bitset, opts *retain.Options) (*retain.Merged, string) {
	t.Helper()
	tree, err := retain.Search(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	m, err := retain.Merge(t.Context(), tree, targets, opts)
	if err != nil {
		t.Fatal(err)
	}
	name := func(i int32) string {
		grp := m.Groups[i]
		if grp.Root != nil {
			return lang.Of(g).Group(grp.Root).String()
		}
		return g.Types().Name(grp.Type)
	}
	var lines []string
	for _, e := range m.Edges {
		lines = append(lines, fmt.Sprintf("%s %s> %s %d/%d", name(e.From), e.Label, name(e.To), e.Count, e.Targets))
	}
	return m, strings.Join(lines, "\n")
}

// text writes a path as a person would.
func text(g *graph.Graph, p retain.Path) string {
	if p.Root == nil {
		return "unreachable"
	}
	s := lang.Of(g).Root(p.Root).String()
	for _, st := range p.Steps {
		s += st.Ref + " → " + g.TypeName(st.Node)
	}
	return s
}

func TestMergeFoldsAndCounts(t *testing.T) {
	p := graphtest.Parse(t, `@global/cache>c c.m>m m["a"]>s1 m["b"]>s2 m["c"]>s3
		c.head>s1 s1.next>s2 s2.next>s3  @stack/worker>s4  dead>s5
		c=Cache m=map/48! s1=S s2=S s3=S s4=S s5=S`)
	m, got := merge(t, p.Graph, ofType(p.Graph, "S"), nil)
	if m.Alive != 4 || m.Dead != 1 {
		t.Errorf("%d alive, %d dead", m.Alive, m.Dead)
	}
	for _, line := range []string{"global cache > Cache 1/3", `stack worker > S 1/1`, "S .next> S 2/"} {
		if !strings.Contains(got, line) {
			t.Errorf("no %q in\n%s", line, got)
		}
	}
	sum := 0
	for _, e := range m.Edges {
		if e.To == 0 {
			sum += e.Targets
		}
	}
	if sum != m.Alive {
		t.Errorf("the edges to the targets sum to %d of %d\n%s", sum, m.Alive, got)
	}
	if _, raw := merge(t, p.Graph, ofType(p.Graph, "S"), &retain.Options{Raw: true}); !strings.Contains(raw, "Cache .m> map 1/") {
		t.Errorf("raw does not show the map:\n%s", raw)
	}
}

// pairs names the labels of a []struct{ a, b *T }.
type pairs struct{ graph.Detailer }

func (pairs) RefName(n graph.NodeID, i int, _ bool) string {
	return fmt.Sprintf("[%d].%c", i/2, 'a'+i%2)
}

// TestMergeTellsFarElementsApart counts by field in an array whose slots do not fit
// 16 bits.
func TestMergeTellsFarElementsApart(t *testing.T) {
	const elements = 50_000
	b := graph.NewBuilder(graph.Info{}, graph.SlotLabels)
	if err := b.SetCount(3); err != nil {
		t.Fatal(err)
	}
	array := b.Types().Intern("[]pair")
	b.SetNode(0, array, elements*16, 0)
	b.SetStride(array, 2)
	b.SetNode(1, b.Types().Intern("T"), 8, 0)
	b.SetNode(2, b.Types().Intern("T"), 8, 0)
	err := b.BuildRows(t.Context(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for slot := range uint32(2 * elements) {
			w.Add(graph.NodeID(1+slot%2), slot)
		}
		for range 3 {
			w.Next()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.AddRoot(graph.Root{Node: 0, Var: b.String("list")})
	g, err := b.Build(pairs{})
	if err != nil {
		t.Fatal(err)
	}
	_, got := merge(t, g, ofType(g, "T"), nil)
	for _, line := range []string{"[]pair […].a> T 50000/1", "[]pair […].b> T 50000/1"} {
		if !strings.Contains(got, line) {
			t.Errorf("no %q in\n%s", line, got)
		}
	}
}

func TestPathsAreDistinctWays(t *testing.T) {
	p := graphtest.Parse(t, `@global/cache>c c.m>m m["a"]>s c.head>s @stack/worker>s s.user>u u.back>s
		c=Cache m=map/48! s=S u=U`)
	var got []string
	for path, err := range retain.Paths(t.Context(), p.Graph, ofType(p.Graph, "S"), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, text(p.Graph, path))
	}
	slices.Sort(got)
	want := []string{
		`global cache → Cache.head → S`,
		`global cache → Cache.m["…"] → S`,
		`stack worker → S`,
	}
	// The map's key is not a value the test graph hides.
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], `["a"]`, `["…"]`)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestLongListIsOneGroup(t *testing.T) {
	g := graphtest.HeldList(10000)
	set := graph.NewBitset(g.Len())
	set.Add(5000)
	m, got := merge(t, g, set, nil)
	if len(m.Groups) > 8 {
		t.Errorf("a list of one type makes %d groups:\n%s", len(m.Groups), got)
	}
}

func TestWeakReferencesDoNotRetain(t *testing.T) {
	p := graphtest.Parse(t, `root>a a>b:weak a=A b=B`)
	m, _ := merge(t, p.Graph, ofType(p.Graph, "B"), nil)
	if m.Alive != 0 || m.Dead != 1 || len(m.Edges) != 0 {
		t.Errorf("%d alive, %d edges", m.Alive, len(m.Edges))
	}
}

// TestSearchIsShortest compares distances and reachability with a naive search
// on random graphs whose roots all have one rank.
func TestSearchIsShortest(t *testing.T) {
	for seed := range uint64(500) {
		g := graphtest.Random(rand.New(rand.NewPCG(seed, 1)))
		tree, err := retain.Search(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		dist := naiveDistances(g, graph.RefKind.Retains)
		firm := naiveDistances(g, func(k graph.RefKind) bool { return !k.Collectable() })
		for n := range graph.NodeID(g.Len()) {
			_, ok := dist[n]
			d, isFirm := firm[n]
			if tree.Reachable(n) != ok || tree.Pooled(n) != (ok && !isFirm) {
				t.Fatalf("seed %d: object %d reachable: %v, pooled: %v", seed, n, tree.Reachable(n), tree.Pooled(n))
			}
			if !ok {
				continue
			}
			path := tree.Path(n, &retain.Options{Raw: true})
			if isFirm && sameRank(g) && len(path.Steps) != d {
				t.Fatalf("seed %d: object %d is %d steps away, want %d", seed, n, len(path.Steps), d)
			}
			checkPath(t, g, path, n)
		}
	}
}

func TestPoolsComeLast(t *testing.T) {
	p := graphtest.Parse(t, `root>pool pool>obj:pooled pool>only:pooled root>a a>b b>obj only>end pool=Pool obj=T only=T end=T`)
	m, got := merge(t, p.Graph, ofType(p.Graph, "T"), nil)
	if m.Alive != 3 || m.Pooled() != 2 {
		t.Errorf("%d alive, %d pooled:\n%s", m.Alive, m.Pooled(), got)
	}
	tree := m.Tree()
	if path := tree.Path(p.ID("obj"), nil); len(path.Steps) != 3 {
		t.Errorf("the path of an object that more than a pool holds is %s", text(p.Graph, path))
	}
	path := tree.Path(p.ID("end"), nil)
	if k := len(path.Steps); k != 3 || path.Steps[1].Kind != graph.Pooled || path.Steps[2].Kind != graph.Strong {
		t.Errorf("the path through a pool is %s", text(p.Graph, path))
	}
}

// TestFoldedKind checks that a reference keeps its kind when what it leads to is
// folded.
func TestFoldedKind(t *testing.T) {
	p := graphtest.Parse(t, `root>pool pool>list:pooled list>obj pool=Pool obj=T list=[]T!`)
	m, got := merge(t, p.Graph, ofType(p.Graph, "T"), nil)
	path := m.Tree().Path(p.ID("obj"), nil)
	if k := len(path.Steps); k != 2 || path.Steps[1].Kind != graph.Pooled {
		t.Errorf("path %s", text(p.Graph, path))
	}
	for _, e := range m.Edges {
		if e.To == 0 && e.Kind != graph.Pooled {
			t.Errorf("the reference is %v in\n%s", e.Kind, got)
		}
	}
}

func sameRank(g *graph.Graph) bool {
	for _, r := range g.Roots() {
		if r.Rank != g.Roots()[0].Rank {
			return false
		}
	}
	return true
}

// checkPath checks that each step is a reference of the graph that retains.
func checkPath(t *testing.T, g *graph.Graph, p retain.Path, target graph.NodeID) {
	t.Helper()
	if p.Root == nil || p.Root.Node != p.Steps[0].Node || p.Steps[len(p.Steps)-1].Node != target {
		t.Fatalf("path %s does not lead from its root to object %d", text(g, p), target)
	}
	for i := 1; i < len(p.Steps); i++ {
		var buf []graph.NodeID
		if !slices.Contains(g.Retained(p.Steps[i-1].Node, &buf), p.Steps[i].Node) {
			t.Fatalf("step %d of %s is no reference that retains", i, text(g, p))
		}
	}
}

func naiveDistances(g *graph.Graph, follow func(graph.RefKind) bool) map[graph.NodeID]int {
	dist := map[graph.NodeID]int{}
	var level []graph.NodeID
	for _, r := range g.Roots() {
		if _, ok := dist[r.Node]; !ok && follow(r.Via) {
			dist[r.Node] = 1
			level = append(level, r.Node)
		}
	}
	for d := 2; len(level) > 0; d++ {
		var next []graph.NodeID
		for _, n := range level {
			for i, to := range g.Row(n) {
				if _, ok := dist[to]; !ok && follow(g.RefKind(n, i)) {
					dist[to] = d
					next = append(next, to)
				}
			}
		}
		level = next
	}
	return dist
}

// TestMergeCountsOnRandomGraphs checks that branches partition the targets.
func TestMergeCountsOnRandomGraphs(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 2))
		g := graphtest.Random(rng)
		set := graph.NewBitset(g.Len())
		for n := range graph.NodeID(g.Len()) {
			if rng.IntN(3) == 0 {
				set.Add(n)
			}
		}
		reach := naiveDistances(g, graph.RefKind.Retains)
		alive := 0
		for n := range set.All() {
			if _, ok := reach[n]; ok {
				alive++
			}
		}
		m, got := merge(t, g, set, nil)
		last, first := 0, 0
		for _, e := range m.Edges {
			if e.To == 0 {
				last += e.Targets
			}
		}
		for _, grp := range m.Groups {
			if grp.Root != nil {
				first += grp.Targets
			}
		}
		if m.Alive != alive || last != alive || first != alive {
			t.Fatalf("seed %d: %d alive, counted %d, by last edges %d, by roots %d\n%s", seed, alive, m.Alive, last, first, got)
		}
	}
}

func TestUserRootsWin(t *testing.T) {
	p := graphtest.Parse(t, `@runtime/launcher>s @global/cache>c c.a>d d.b>s c=C d=D s=S`)
	tree, err := retain.Search(t.Context(), p.Graph)
	if err != nil {
		t.Fatal(err)
	}
	for n := range ofType(p.Graph, "S").All() {
		if got := text(p.Graph, tree.Path(n, nil)); got != "global cache → C.a → D.b → S" {
			t.Errorf("got %s", got)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := retain.Search(ctx, graphtest.HeldList(10)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkSearch(b *testing.B) {
	g := graphtest.Sessions(19_500_000)
	for b.Loop() {
		if _, err := retain.Search(context.Background(), g); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMerge(b *testing.B) {
	g := graphtest.Sessions(19_500_000)
	tree, err := retain.Search(context.Background(), g)
	if err != nil {
		b.Fatal(err)
	}
	set := ofType(g, "main.Session")
	for b.Loop() {
		if _, err := retain.Merge(context.Background(), tree, set, nil); err != nil {
			b.Fatal(err)
		}
	}
}
