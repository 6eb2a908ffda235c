package python

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/lang"
)

// kinds are the ways in which kinds.py holds a Target: a variable of the module,
// and what follows it on the way to the Target.
var kinds = []struct{ variable, path string }{
	{"plain", ".value"},
	{"slots", ".value"},
	{"slots", ".extra"},
	{"materialised", ".value"},
	{"guarded", ".cached"},
	{"dict_str", `["…"]`},
	{"dict_int", "[…]"},
	{"dict_tuple", "[(…)]"},
	{"dict_key", " (key)"},
	{"items", "[1]"},
	{"pair", "[1]"},
	{"bag", " (member)"},
	{"queue", "[1]"},
	{"default", `["…"]`},
	{"ordered", `["…"]`},
	{"point", ".y"},
	{"dict_sub", `["…"]`},
	{"dict_sub", ".extra"},
	{"list_sub", "[1]"},
	{"partial", ".args[0]"},
	{"function", " (cell captured)"},
	{"default_argument", ".__defaults__[0]"},
	{"keyword_default", `.__kwdefaults__["…"]`},
	{"bound", ".__self__.t"},
	{"gen", " (local held)"},
	{"coro", " (local argument)"},
	{"task", "._coro (local in_task)"},
	{"weak", "()"},
	{"weak_values", `.data["…"]()`},
	{"cached", ` (cache)["…"]`},
	{"error", ".__traceback__.tb_next.tb_frame (local in_frame)"},
	{"local", " (thread locals).value"},
	{"hostile", ".value"},
	{"hostile_class", ".value"},
}

func TestKinds(t *testing.T) {
	for _, mode := range []string{"fork", "in-process"} {
		t.Run(mode, func(t *testing.T) {
			eachPython(t, func(t *testing.T, p interpreter) {
				g := dumpOf(t, p, programs+"kinds.py", mode)
				checkWhole(t, g)
				checkKinds(t, g)
				checkFrames(t, g)
				checkResidue(t, g)
				if n, _ := countType(g, "refgraph_dump"); n != 0 {
					t.Errorf("%d objects of the dumper's own types are in the dump", n)
				}
			})
		})
	}
}

// dumpOf runs a program that dumps itself and reads the dump.
func dumpOf(t *testing.T, p interpreter, program string, options ...string) *graph.Graph {
	t.Helper()
	file := filepath.Join(t.TempDir(), "heap.pydump.gz")
	p.run(t, append([]string{program, "refgraph_dump.py", file}, options...)...)
	return open(t, file)
}

func open(t testing.TB, file string) *graph.Graph {
	t.Helper()
	src, err := source.Open(file, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if src, err = source.Plain(t.Context(), src, func([]byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	g, err := Read(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// checkWhole checks that nothing is missing, and that every object is reachable
// from a root that is known: none is left for the collector, which has just run.
func checkWhole(t *testing.T, g *graph.Graph) {
	t.Helper()
	for _, w := range g.Warnings() {
		t.Errorf("warning: %s", w.What)
	}
	left := map[string]int{}
	for _, r := range g.Roots() {
		if r.Kind == graph.RootUnknown {
			left[g.TypeName(r.Node)+" "+g.Detail().Describe(r.Node, false)]++
		}
	}
	if len(left) > 0 {
		t.Errorf("unreachable: %v", left)
	}
}

func checkKinds(t *testing.T, g *graph.Graph) {
	t.Helper()
	space := moduleSpace(t, g, "__main__")
	for _, k := range kinds {
		from := follow(g, space, "."+k.variable)
		if from == graph.None {
			t.Errorf("no variable %s", k.variable)
			continue
		}
		if !leads(g, from, k.path, "__main__.Target", 8) {
			t.Errorf("%s: nothing at %q; there is %v", k.variable, k.path, near(g, from, 3))
		}
	}
}

// moduleSpace is the dict of a module.
func moduleSpace(t *testing.T, g *graph.Graph, name string) graph.NodeID {
	t.Helper()
	for _, r := range g.Roots() {
		if lang.Of(g).Root(&r).String() == "module "+name {
			for _, to := range g.Row(r.Node) {
				if g.Internal(to) {
					return to
				}
			}
		}
	}
	t.Fatalf("no module %s", name)
	return graph.None
}

// follow goes along the one reference of this name.
func follow(g *graph.Graph, n graph.NodeID, name string) graph.NodeID {
	for i, to := range g.Row(n) {
		if g.Detail().RefName(n, i, false) == name {
			return to
		}
	}
	return graph.None
}

// leads reports whether references whose names concatenate to path lead to an
// object of the type.
func leads(g *graph.Graph, n graph.NodeID, path, typ string, depth int) bool {
	if path == "" && g.TypeName(n) == typ {
		return true
	}
	if depth == 0 {
		return false
	}
	for i, to := range g.Row(n) {
		name := g.Detail().RefName(n, i, false)
		if rest, ok := strings.CutPrefix(path, name); ok && (name != "" || g.Internal(to) || g.Internal(n)) && leads(g, to, rest, typ, depth-1) {
			return true
		}
	}
	return false
}

// near lists the names around an object, for messages.
func near(g *graph.Graph, n graph.NodeID, depth int) (list []string) {
	for i, to := range g.Row(n) {
		name := g.Detail().RefName(n, i, false) + " " + g.TypeName(to)
		if depth > 1 && len(g.Row(to)) < 12 && g.TypeName(to) != "type" {
			name += fmt.Sprint(near(g, to, depth-1))
		}
		list = append(list, name)
	}
	return list
}

func checkFrames(t *testing.T, g *graph.Graph) {
	t.Helper()
	want := map[string]bool{
		"thread MainThread · __main__.main · in_main":   false,
		"thread worker-1 · __main__.worker · in_thread": false,
	}
	for _, r := range g.Roots() {
		name := lang.Of(g).Root(&r).String()
		if _, ok := want[name]; ok && g.TypeName(r.Node) == "__main__.Target" {
			want[name] = r.Kind == graph.RootStack && r.Rank == graph.RankUser
		}
	}
	for name, ok := range want {
		if !ok {
			t.Errorf("no root %q", name)
		}
	}
}

func countType(g *graph.Graph, prefix string) (n int, bytes uint64) {
	for id := range graph.NodeID(g.Len()) {
		if strings.HasPrefix(g.TypeName(id), prefix) {
			n++
			bytes += g.Size(id)
		}
	}
	return n, bytes
}

// checkResidue checks that refcounts are explained to the last one for objects
// that only Python objects hold.
func checkResidue(t *testing.T, g *graph.Graph) {
	t.Helper()
	want := map[string]bool{"__main__.Target": true, "__main__.Plain": true, "__main__.Service": true, "collections.deque": true, "method": true, "cell": true}
	checked := 0
	for n := range graph.NodeID(g.Len()) {
		if want[g.TypeName(n)] {
			checked++
		}
	}
	if checked < 30 {
		t.Errorf("only %d objects to check", checked)
	}
	for _, r := range g.Roots() {
		typ := g.TypeName(r.Node)
		if r.Kind == graph.RootResidue && (typ == "__main__.Target" || typ == "__main__.Plain" || typ == "__main__.Service") {
			t.Errorf("%s %s: %s", typ, g.Describe(r.Node), lang.Of(g).Root(&r))
		}
	}
}

// TestSubinterpreters checks that a dump says what it does not have.
func TestSubinterpreters(t *testing.T) {
	const program = `import sys, importlib.util
try: import _interpreters as i
except ImportError: import _xxsubinterpreters as i
keep = i.create()
spec = importlib.util.spec_from_file_location("refgraph_dump", "refgraph_dump.py")
dumper = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dumper)
dumper.dump(sys.argv[1])`
	eachPython(t, func(t *testing.T, p interpreter) {
		file := filepath.Join(t.TempDir(), "heap.pydump")
		p.run(t, "-S", "-c", program, file)
		g := open(t, file)
		said := false
		for _, w := range g.Warnings() {
			said = said || strings.Contains(w.What, "1 subinterpreters are not in the dump")
		}
		if !said {
			t.Errorf("warnings: %v", g.Warnings())
		}
	})
}
