package diff

import (
	"errors"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// heap is a graph of one object of each type.
func heap(t *testing.T, info graph.Info, types ...string) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(info, graph.NoLabels)
	if err := b.SetCount(len(types)); err != nil {
		t.Fatal(err)
	}
	for i, name := range types {
		b.SetNode(graph.NodeID(i), b.Types().Intern(name), 16, -1)
	}
	b.NoRecords()
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Dumps of one program are compared whatever else differs; those of two are not.
func TestSameProgram(t *testing.T) {
	goInfo := func(program string) graph.Info {
		return graph.Info{Name: "d", Runtime: graph.RuntimeGo, Program: program}
	}
	python := graph.Info{Name: "p", Runtime: graph.RuntimePython}
	jvm := graph.Info{Name: "j", Runtime: graph.RuntimeJVM}
	for name, c := range map[string]struct {
		old, new *graph.Graph
		same     bool
	}{
		"two runtimes":         {heap(t, python), heap(t, jvm), false},
		"one import path":      {heap(t, goInfo("a/cmd/x"), "main.A"), heap(t, goInfo("a/cmd/x"), "main.B"), true},
		"two import paths":     {heap(t, goInfo("a/cmd/x"), "main.A"), heap(t, goInfo("a/cmd/y"), "main.A"), false},
		"one is not known":     {heap(t, goInfo("a/cmd/x"), "main.A"), heap(t, goInfo(""), "main.A", "main.B"), true},
		"nothing is known":     {heap(t, goInfo(""), "object with 3 pointers"), heap(t, goInfo("a"), "main.A"), true},
		"no class in common":   {heap(t, python, "dict", "__main__.A"), heap(t, python, "dict", "__main__.B"), false},
		"one class in common":  {heap(t, python, "__main__.A", "__main__.B"), heap(t, python, "__main__.B", "__main__.C"), true},
		"no classes":           {heap(t, python, "dict"), heap(t, python, "__main__.B"), true},
		"only the platform's":  {heap(t, jvm, "java.lang.String", "com.acme.A"), heap(t, jvm, "java.lang.String", "org.other.B"), false},
		"a class of the JVM's": {heap(t, jvm, "java.lang.String", "Main", "Main$A"), heap(t, jvm, "Main", "Main$$Lambda"), true},
	} {
		err := SameProgram(c.old, c.new)
		var other *OtherProgramError
		if (err == nil) != c.same || err != nil && !errors.As(err, &other) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
