package hprof

import (
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// folded names what is held behind an object, through the insides of containers.
func folded(g *graph.Graph, n graph.NodeID, values bool) (names map[string]string) {
	names = map[string]string{}
	seen := map[graph.NodeID]bool{}
	var walk func(n graph.NodeID, so string)
	walk = func(n graph.NodeID, so string) {
		for i, to := range g.Row(n) {
			name := so + g.Detail().RefName(n, i, values)
			if !g.Internal(to) {
				names[name] = g.TypeName(to)
			} else if !seen[to] {
				seen[to] = true
				walk(to, name)
			}
		}
	}
	walk(n, "")
	return names
}

func TestContainers(t *testing.T) {
	for _, path := range []string{small17, small25} {
		g := open(t, path)
		at := func(root string) graph.NodeID {
			r := rootsOf(g, root)
			if len(r) != 1 {
				t.Fatalf("%s: %d roots %s", path, len(r), root)
			}
			return r[0].Node
		}
		sessions := folded(g, at("static Small.SESSIONS"), true)
		if sessions[`["user-7"]`] != "Small$Session" {
			t.Errorf("%s: sessions %v", path, sessions)
		}
		if hidden := folded(g, at("static Small.SESSIONS"), false); hidden[`["…"]`] != "Small$Session" {
			t.Errorf("%s: hidden sessions %v", path, hidden)
		}
		listeners := folded(g, at("static Small.listeners"), false)
		if !strings.HasPrefix(listeners["[0]"], "Small$$Lambda") {
			t.Errorf("%s: listeners %v", path, listeners)
		}
		if weak := folded(g, at("static Small.WEAK"), false); weak["[…]"] != "Small$Color" {
			t.Errorf("%s: weak %v", path, weak)
		}
		if red := g.Detail().Describe(at("static Small$Color.RED"), false); red != "RED" {
			t.Errorf("%s: RED is %q", path, red)
		}
		for _, r := range rootsOf(g, `thread "worker-1"`) {
			if g.TypeName(r.Node) != "java.lang.Thread" {
				continue
			}
			if locals := folded(g, r.Node, false); locals[" ThreadLocal Small.CTX"] != "Small$Session" {
				t.Errorf("%s: locals %v", path, locals)
			}
		}
	}
}
