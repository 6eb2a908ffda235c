package hprof

import (
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// The dumps of testdata/programs/java/Small.java.
const (
	small17 = "../../../testdata/hprof/small17.hprof.zst" // JDK 17, compressed references
	small25 = "../../../testdata/hprof/small25.hprof.zst" // JDK 25, compact headers
)

func TestConformance(t *testing.T) {
	dumptest.Run(t, small17, Read, source.Options{})
	t.Run("restored", func(t *testing.T) { dumptest.RunRestore(t, small17, Read, Restore, source.Options{}) })
}

// TestTypes checks what is known of classes besides their names.
func TestTypes(t *testing.T) {
	types := open(t, small17).Types()
	above := func(name string) (up string) {
		id, ok := types.Find(name)
		if !ok {
			t.Fatalf("no class %s", name)
		}
		if about := types.About(id); about.HasSuper {
			up = types.Name(about.Super)
		}
		return up
	}
	for name, want := range map[string]string{"java.util.concurrent.ConcurrentHashMap": "java.util.AbstractMap", "java.util.HashMap": "java.util.AbstractMap", "java.lang.Object": ""} {
		if got := above(name); got != want {
			t.Errorf("%s extends %q, want %q", name, got, want)
		}
	}
	id, _ := types.Find("java.util.HashMap")
	if about := types.About(id); about.Loader != "" || about.Loaders != 1 || !slices.Contains(about.Fields, "table") {
		t.Errorf("HashMap: %+v", about)
	}
}

// open reads a dump for a test.
func open(t testing.TB, path string) *graph.Graph {
	t.Helper()
	src, err := source.Open(path, source.Options{})
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
