package hprof

import (
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
