package hprof

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// rootOf returns the roots whose sentence begins so.
func rootsOf(g *graph.Graph, prefix string) (list []graph.Root) {
	for _, r := range g.Roots() {
		if strings.HasPrefix(lang.Of(g).Root(&r).String(), prefix) {
			list = append(list, r)
		}
	}
	return list
}

// TestSmall checks what Small.java holds, in dumps of two JVMs.
func TestSmall(t *testing.T) {
	for _, c := range []struct {
		path            string
		layout          string
		session, object uint64 // sizes
	}{
		{small17, "references of 4 bytes, headers of 12, objects aligned to 8", 24, 16},
		{small25, "references of 4 bytes, headers of 8, objects aligned to 8", 24, 8},
	} {
		g := open(t, c.path)
		if got := fmt.Sprint(g.Info().Facts); !strings.Contains(got, c.layout) {
			t.Errorf("%s: %s", c.path, got)
		}
		if n, size := count(g, "Small$Session"); n != 34 || size != 34*c.session {
			t.Errorf("%s: %d sessions of %d bytes", c.path, n, size)
		}
		if n, size := count(g, "java.lang.Object"); n == 0 || size != uint64(n)*c.object {
			t.Errorf("%s: %d plain objects of %d bytes", c.path, n, size)
		}
		checkSmall(t, g)
	}
}

func checkSmall(t *testing.T, g *graph.Graph) {
	t.Helper()
	for name, typ := range map[string]string{
		"static Small.SESSIONS": "java.util.HashMap", "static Small.grid": "java.lang.Object[][]", "static Small$Color.RED": "Small$Color",
	} {
		if r := rootsOf(g, name); len(r) != 1 || g.TypeName(r[0].Node) != typ {
			t.Errorf("%s: %v", name, r)
		}
	}
	for name, want := range map[string]string{"soft": "soft", "weak": "weak", "phantom": "phantom"} {
		r := rootsOf(g, "static Small."+name)
		if len(r) != 1 || !slices.Contains(edges(g, r[0].Node), ".referent Small$Session "+want) {
			t.Errorf("%s: %v", name, r)
		}
	}
	worker := rootsOf(g, "thread worker-1")
	texts := ""
	for _, r := range worker {
		texts += fmt.Sprintf("%s (%s:%d) %s\n", lang.Of(g).Root(&r), g.String(r.File), r.Line, g.TypeName(r.Node))
	}
	if !strings.Contains(texts, "Small.lambda$main$") || !strings.Contains(texts, "(Small.java:18)") || !strings.Contains(texts, "Small$Session") {
		t.Errorf("worker-1 holds:\n%s", texts)
	}
	for _, want := range []string{"user-7", "in worker"} {
		found := false
		for n := range graph.NodeID(g.Len()) {
			found = found || g.Detail().Describe(n, true) == `"`+want+`"`
		}
		if !found {
			t.Errorf("no string %q", want)
		}
	}
}
