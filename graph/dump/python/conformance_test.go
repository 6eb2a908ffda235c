package python

import (
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

const small = "../../../testdata/python/small.pydump.gz"

func TestConformance(t *testing.T) { dumptest.Run(t, small, Read, source.Options{}) }

// TestSmall checks what small.py holds.
func TestSmall(t *testing.T) {
	g := open(t, small)
	if g.Info().RuntimeVersion != "Python 3.12.1" || g.Info().Runtime != graph.RuntimePython {
		t.Errorf("runtime %s %s", g.Info().Runtime, g.Info().RuntimeVersion)
	}
	space := moduleSpace(t, g, "__main__")
	sessions := follow(g, space, ".SESSIONS")
	if got := g.Detail().Describe(sessions, false); got != "len 200" {
		t.Errorf("SESSIONS: %q", got)
	}
	if !leads(g, sessions, `["…"].user`, "__main__.User", 4) {
		t.Errorf("no session with a user: %v", near(g, sessions, 2)[:3])
	}
	weak := 0
	for n := range graph.NodeID(g.Len()) {
		for i, to := range g.Row(n) {
			if g.RefKind(n, i) == graph.Weak && g.TypeName(to) == "__main__.Session" {
				weak++
			}
		}
	}
	if weak != 200 {
		t.Errorf("%d weak references to sessions, want 200", weak)
	}
	if n, _ := countType(g, "__main__.Session"); n != 200 {
		t.Errorf("%d sessions", n)
	}
}

// TestValues checks that values are in a dump only when they were asked for.
func TestValues(t *testing.T) {
	list := interpreters()
	if len(list) == 0 {
		missing(t, "no CPython 3.8 or later found", "python3")
	}
	for _, values := range []bool{false, true} {
		option := map[bool]string{true: "values", false: "-"}[values]
		g := dumpOf(t, list[0], programs+"small.py", option)
		sessions := follow(g, moduleSpace(t, g, "__main__"), ".SESSIONS")
		last := len(g.Row(sessions)) - 1
		if got := g.Detail().RefName(sessions, last, false); got != `["…"]` {
			t.Errorf("values %v, not asked: %s", values, got)
		}
		want := map[bool]string{true: `["token-199"]`, false: `["…"]`}[values]
		if got := g.Detail().RefName(sessions, last, true); got != want {
			t.Errorf("values %v, asked: %s, want %s", values, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	data := plain(f, small)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(magic))
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
