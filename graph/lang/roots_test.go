package lang_test

import (
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// rooted builds a graph of one object and some roots, which make gets the
// builder for.
func rooted(t *testing.T, r graph.Runtime, roots func(b *graph.Builder) []graph.Root) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Info{Runtime: r}, graph.NoLabels)
	if err := b.SetCount(1); err != nil {
		t.Fatal(err)
	}
	b.SetNode(0, b.Types().Intern("T"), 1, 0)
	for i, root := range roots(b) {
		root.Rank = uint8(i) // keeps the order
		b.AddRoot(root)
	}
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestRootsInWords(t *testing.T) {
	g := rooted(t, graph.RuntimeGo, func(b *graph.Builder) []graph.Root {
		s := b.String
		id := b.AddThread(graph.Thread{ID: 18, Entry: s("main.main.func1"), Func: s("example.com/app/srv.(*Server).Watch"), File: s("watch.go"), Line: 66,
			State: s("chan receive"), Since: 130 * time.Minute})
		idle := b.AddThread(graph.Thread{ID: 19, Entry: s("main.idle")})
		return []graph.Root{
			{Kind: graph.RootGlobal, Var: s("example.com/app/srv.sessions")},
			{Kind: graph.RootGlobal, Var: s("example.com/a/pool.all")},
			{Kind: graph.RootGlobal, Var: s("example.com/b/pool.all")},
			{Kind: graph.RootStack, Thread: id, Func: s("example.com/app/srv.run"), Var: s("req")},
			{Kind: graph.RootThread, Thread: id},
			{Kind: graph.RootThread, Thread: idle},
			{Kind: graph.RootGlobal, Ref: s("[0x10]")},
			{Kind: graph.RootGlobal, File: s("/opt/x/plug.so")},
			{Kind: graph.RootFinalizer, Var: s("finalizer of main.File")},
			{Kind: graph.RootResidue, Var: s("native code"), Times: 3},
			{Kind: graph.RootMonitor, Thread: id},
		}
	})
	w := lang.Of(g)
	for i, want := range []struct{ root, group, note string }{
		{"global srv.sessions", "global srv.sessions", ""},
		{"global example.com/a/pool.all", "global example.com/a/pool.all", ""}, // two have that short name
		{"global example.com/b/pool.all", "global example.com/b/pool.all", ""},
		{"goroutine 18 srv.run · req", "goroutines srv.run · req", "at srv.(*Server).Watch watch.go:66 (chan receive, 2 h)"},
		{"goroutine 18 srv.(*Server).Watch", "goroutines srv.(*Server).Watch", "at watch.go:66 (chan receive, 2 h)"},
		{"goroutine 19 main.idle", "goroutines main.idle", ""},
		{"a global without a name", "globals without names", ""},
		{"a global of plug.so", "globals of plug.so", ""},
		{"queued finalizer of main.File", "queued finalizer of main.File", ""},
		{"native code (3 unexplained references)", "native code", ""},
		{"monitor of goroutine 18", "monitor", ""},
	} {
		r := &g.Roots()[i]
		if got := w.Root(r).String(); got != want.root {
			t.Errorf("root %d: %q, want %q", i, got, want.root)
		}
		if got := w.Group(r).String(); got != want.group {
			t.Errorf("group of root %d: %q, want %q", i, got, want.group)
		}
		if got := w.Note(r); got != want.note {
			t.Errorf("note of root %d: %q, want %q", i, got, want.note)
		}
	}
}

// Roots of two threads are one group and have one key whatever the threads do;
// the line and the state are no part of the key.
func TestRootsOfOneGroup(t *testing.T) {
	g := rooted(t, graph.RuntimePython, func(b *graph.Builder) []graph.Root {
		s := b.String
		one := b.AddThread(graph.Thread{ID: 1, Name: s("worker-1"), State: s("waiting")})
		two := b.AddThread(graph.Thread{ID: 2, Name: s("worker-2"), State: s("running")})
		f, v := s("app.run"), s("job")
		return []graph.Root{
			{Kind: graph.RootStack, Thread: one, Func: f, Var: v, Line: 7},
			{Kind: graph.RootStack, Thread: two, Func: f, Var: v, Line: 9},
			{Kind: graph.RootStack, Thread: two, Func: f, Var: s("other"), Line: 9},
			{Kind: graph.RootStack, Thread: one, Func: f, Var: v, Line: 7, Ref: s(".x")},
		}
	})
	w, r := lang.Of(g), g.Roots()
	if w.Root(&r[0]).String() != "thread worker-1 · app.run · job" || w.Group(&r[0]).String() != "threads · app.run · job" {
		t.Errorf("%s, %s", w.Root(&r[0]), w.Group(&r[0]))
	}
	for i, same := range []bool{true, true, false, true} {
		if (w.GroupOf(&r[i]) == w.GroupOf(&r[0])) != same || (w.Key(&r[i]) == w.Key(&r[0])) != same {
			t.Errorf("root %d: same group and key: %v, want %v", i, !same, same)
		}
	}
	member := func(i int) uint64 { n, _ := w.Member(&r[i]); return n }
	if member(0) == member(1) || member(0) != member(3) {
		t.Error("a thread counts once")
	}
}

func TestIDs(t *testing.T) {
	none := func(*graph.Builder) []graph.Root { return nil }
	w := lang.Of(rooted(t, graph.RuntimeJS, none))
	if w.ID(0) != "#0" || w.ID(graph.None) != "" {
		t.Errorf("%q without addresses", w.ID(0))
	}
	b := graph.NewBuilder(graph.Info{Runtime: graph.RuntimeJS}, graph.NoLabels)
	x := graph.NewAddressIndexer(0)
	x.Add(382711)
	ix, err := x.Build()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetAddresses(ix); err != nil {
		t.Fatal(err)
	}
	b.SetNode(0, b.Types().Intern("T"), 1, 0)
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	w = lang.Of(g)
	for _, text := range []string{"@382711", "382711"} {
		if id, err := w.ParseID(text); id != 382711 || err != nil {
			t.Errorf("%s: %d, %v", text, id, err)
		}
	}
	if w.ID(0) != "@382711" {
		t.Errorf("id %q", w.ID(0))
	}
	if _, err := w.ParseID("0x12"); err == nil {
		t.Error("0x12 is no id of V8")
	}
}

func TestLanguages(t *testing.T) {
	for _, l := range append(lang.All(), lang.For("")) {
		if l.Thread == "" || l.Joint == "" || l.Collection == "" || l.Listeners == "" || l.Cycles == "" || l.Hue.Line.Light == "" || l.Nameless == nil {
			t.Errorf("%q lacks words: %+v", l.Runtime, l)
		}
		if (l.FormatID == nil) != (l.ParseID == nil) {
			t.Errorf("%q writes ids and does not read them", l.Runtime)
		}
		if lang.For(l.Runtime) != l {
			t.Errorf("%q is not found", l.Runtime)
		}
	}
}

func TestLong(t *testing.T) {
	for d, want := range map[time.Duration]string{
		59 * time.Second: "", time.Minute: "1 min", 119 * time.Minute: "1 h", 47 * time.Hour: "47 h", 50 * time.Hour: "2 days",
	} {
		if got := lang.Long(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
