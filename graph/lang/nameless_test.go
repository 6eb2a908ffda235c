package lang_test

import (
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

func TestNameless(t *testing.T) {
	for _, c := range []struct {
		runtime graph.Runtime
		name    string
		want    bool
	}{
		{graph.RuntimeGo, "main.Session", false}, {graph.RuntimeGo, "map[string]*main.Session", true}, {graph.RuntimeGo, "string", true},
		{graph.RuntimeGo, "64 B object with 1.5 pointers", true}, {graph.RuntimeGo, "list.Element", true}, {graph.RuntimeGo, "container/list.List", true},
		{graph.RuntimeGo, "listing.Page", false}, {graph.RuntimeGo, "btree.Tree", false}, {graph.RuntimeGo, "btree.node[int]", true},
		{graph.RuntimeGo, "func(a.T)", true}, {graph.RuntimeGo, "func main.connect.func1", false},
		{graph.RuntimePython, "app.Session", false}, {graph.RuntimePython, "dict", true}, {graph.RuntimePython, "collections.OrderedDict", true},
		{graph.RuntimePython, "_collections._tuplegetter", true}, {graph.RuntimePython, "queues.Job", false},
		{graph.RuntimeJVM, "com.acme.Session", false}, {graph.RuntimeJVM, "com.acme.Session[]", true}, {graph.RuntimeJVM, "java.util.HashMap$Node", true},
		{graph.RuntimeJS, "Session", false}, {graph.RuntimeJS, "Array", true}, {graph.RuntimeJS, "(closure)", true},
		{graph.RuntimeRuby, "Hash", true}, {graph.RuntimeRuby, "Session", false}, {"", "", true},
	} {
		if got := lang.For(c.runtime).Nameless.MatchString(c.name); got != c.want {
			t.Errorf("%s: %q is nameless: %v, want %v", c.runtime, c.name, got, c.want)
		}
	}
}
