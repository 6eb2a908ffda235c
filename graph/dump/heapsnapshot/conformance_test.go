package heapsnapshot

import (
	"errors"
	"io"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

const data = "../../../testdata/heapsnapshot/"

// TestConformance runs the suite on small real snapshots.
func TestConformance(t *testing.T) {
	for _, name := range []string{"node20.heapsnapshot.gz", "deno.heapsnapshot.gz", "bun.heapsnapshot.gz"} {
		t.Run(name, func(t *testing.T) {
			dumptest.Run(t, data+name, Read, source.Options{})
			dumptest.RunRestore(t, data+name, Read, Restore, source.Options{})
		})
	}
	t.Run("node20 restored", func(t *testing.T) {
		dumptest.RunRestore(t, data+"node20.heapsnapshot.gz", Read, Restore, source.Options{})
	})
}

// open reads a file, compressed or not.
func open(t testing.TB, path string) *graph.Graph {
	t.Helper()
	g, err := Read(t.Context(), plain(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func plain(t testing.TB, path string) *source.Source {
	t.Helper()
	src, err := source.Open(path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if src, err = source.Plain(t.Context(), src, func([]byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

// find returns the first reachable object of a type.
func find(t testing.TB, g *graph.Graph, typ string) graph.NodeID {
	t.Helper()
	for n := range graph.NodeID(g.Len()) {
		if g.TypeName(n) == typ {
			return n
		}
	}
	t.Fatalf("no %s", typ)
	return graph.None
}

// follow goes along references by their names.
func follow(g *graph.Graph, n graph.NodeID, names ...string) graph.NodeID {
	for _, name := range names {
		next := graph.None
		for i, to := range g.Row(n) {
			if g.Detail().RefName(n, i, true) == name {
				next = to
				break
			}
		}
		if n = next; n == graph.None {
			return n
		}
	}
	return n
}

// TestNames checks what the references of a program's objects are called, in
// snapshots of two Nodes and of Deno.
func TestNames(t *testing.T) {
	for _, name := range []string{"node20", "node24", "deno"} {
		t.Run(name, func(t *testing.T) {
			g := open(t, data+name+".heapsnapshot.gz")
			session := find(t, g, "Session")
			s := g.TypeName(session)
			var app graph.NodeID
			for n := range graph.NodeID(g.Len()) {
				if follow(g, n, ".byNumber") != graph.None && follow(g, n, ".registry") != graph.None {
					app = n
				}
			}
			for _, path := range [][]string{
				{".cache", "", `["u7"]`},
				{".list", "[3]", "", " · s"},
				{".list", "", "[3]", "", " · s"},
				{".bus", "._events", ".tick", "[5]", "", " · s"},
				{".members", "", " (member)"},
			} {
				n := follow(g, app, path...)
				if n == graph.None || g.TypeName(n) != s {
					t.Errorf("%v leads to %s", path, g.Describe(n))
				}
			}
			if n := follow(g, app, ".registry", `["secret-3"]`); n == graph.None {
				t.Error("no registry[\"secret-3\"]")
			}
			if n := follow(g, session, " (key of a WeakMap with the value)"); n == graph.None || g.TypeName(n) != "Object" {
				t.Errorf("the session is key of no WeakMap: %s", g.Describe(n))
			}
			tick := follow(g, app, ".bus", "._events", ".tick", "[5]")
			if got := g.TypeName(tick); got != "closure onTick (small.mjs:30)" {
				t.Errorf("the listener is a %s", got)
			}
		})
	}
}

// TestSecret checks that keys are hidden.
func TestSecret(t *testing.T) {
	g := open(t, data+"node20.heapsnapshot.gz")
	for n := range graph.NodeID(g.Len()) {
		for i := range g.Row(n) {
			for _, key := range []string{"u7", "secret-3", "secret"} {
				if name := g.Detail().RefName(n, i, false); len(name) >= len(key) && containsKey(name, key) {
					t.Fatalf("%s of %s shows a key", name, g.Describe(n))
				}
			}
		}
	}
}

func containsKey(name, key string) bool {
	return name == `["`+key+`"]` || name == "."+key
}

// FuzzRead reads anything: no panic, and typed errors.
func FuzzRead(f *testing.F) {
	f.Add([]byte(ephemeron().json()))
	f.Add([]byte(ephemeron().json()[:700]))
	f.Add([]byte(`{"snapshot":{"meta":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Read(t.Context(), source.FromBytes("fuzz", data, source.Options{Workers: 1}))
		if err != nil {
			checkTyped(t, err)
			return
		}
		for n := range graph.NodeID(min(g.Len(), 1000)) {
			g.Detail().Fields(n, true, 10)
			g.Detail().Describe(n, true)
		}
	})
}

func checkTyped(t *testing.T, err error) {
	t.Helper()
	var syntax *source.SyntaxError
	if !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, graph.ErrTooManyObjects) {
		t.Fatalf("untyped error %T %v", err, err)
	}
}
