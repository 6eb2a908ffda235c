package python

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// TestObjgraph compares a dump with what objgraph sees in the same process: the
// counts of tracked objects by type, and all referrers of 1,000 objects.
func TestObjgraph(t *testing.T) {
	var with *interpreter
	for _, p := range interpreters() {
		if exec.Command(p.path, "-c", "import objgraph").Run() == nil {
			with = &p
			break
		}
	}
	if with == nil {
		missing(t, "no Python with objgraph", "python3-objgraph")
	}
	t.Logf("with CPython %s", with.version)
	file := filepath.Join(t.TempDir(), "heap.pydump.gz")
	out := with.run(t, programs+"objgraphs.py", "refgraph_dump.py", file)
	var want struct {
		Stats     map[string]int
		Referrers []struct {
			ID        uint64
			Referrers []uint64
		}
	}
	if err := json.NewDecoder(bytes.NewReader([]byte(out))).Decode(&want); err != nil {
		t.Fatal(err)
	}
	g := open(t, file)
	compareTypes(t, g, want.Stats)
	if len(want.Referrers) < 1000 {
		t.Errorf("only %d objects to compare", len(want.Referrers))
	}
	compared := 0
	for _, x := range want.Referrers {
		n, ok := g.Find(x.ID)
		if !ok {
			t.Errorf("object 0x%x is not in the dump", x.ID)
			continue
		}
		for _, id := range x.Referrers {
			from, ok := g.Find(id)
			if !ok {
				t.Errorf("referrer 0x%x of %s is not in the dump", id, g.Describe(n))
				continue
			}
			if compared++; !named(g, from, n) {
				t.Errorf("%s refers to %s, without a name", g.Describe(from), g.Describe(n))
			}
		}
	}
	t.Logf("%d types, %d referrers of %d objects", len(want.Stats), compared, len(want.Referrers))
}

// compareTypes compares counts of tracked objects. objgraph knows short names
// only, so types of one name are added up; those that the collector may track
// or not are compared where all of theirs are tracked.
func compareTypes(t *testing.T, g *graph.Graph, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	for n := range graph.NodeID(g.Len()) {
		got[short(g.TypeName(n))]++
	}
	loose := map[string]bool{"dict": true, "tuple": true, "type": true, "builtin_function_or_method": true} // also untracked ones, which objgraph does not see
	for name, k := range want {
		if got[name] < k || !loose[name] && got[name] != k {
			t.Errorf("%s: %d in the dump, objgraph has %d", name, got[name], k)
		}
	}
}

func short(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}

// named reports whether a reference from one object to another has a name, or
// leads from one part of an object to another.
func named(g *graph.Graph, from, to graph.NodeID) bool {
	for i, n := range g.Row(from) {
		if n == to && (g.Detail().RefName(from, i, false) != "" || g.Internal(from) || g.Internal(to)) {
			return true
		}
	}
	return false
}
