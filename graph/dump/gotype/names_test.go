package gotype

import (
	"testing"

	"github.com/refgraph/refgraph/graph"
)

func TestNamesShort(t *testing.T) {
	for in, want := range map[string]string{
		"main.T":                                  "main.T",
		"map[string]*example.com/a/b.T":           "map[string]*b.T",
		"a/b.Pair[c/d.K,[]e/f.V]":                 "b.Pair[d.K,[]f.V]",
		"gopkg.in/yaml%2ev3.Node":                 "yaml.v3.Node",
		"func(interface {}, x/y.E) (z/w.R)":       "func(any, y.E) (w.R)",
		"struct { a x/y.T \"json:\\\"a/b\\\"\" }": "struct { a y.T \"json:\\\"a/b\\\"\" }",
		"chan<- go.shape.int":                     "chan<- int",
	} {
		if got := shortName(in); got != want {
			t.Errorf("shortName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPackageOf(t *testing.T) {
	e := &Exe{Main: "example.com/app"}
	for full, want := range map[string]struct {
		pkg  string
		rank uint8
	}{
		"main.f":                               {"main", graph.RankUser},
		"net/http.(*conn).serve":               {"net/http", graph.RankLibrary},
		"example.com/app/x.T[a.b/c.D]":         {"example.com/app/x", graph.RankUser},
		"example.com/apple.T":                  {"example.com/apple", graph.RankLibrary},
		"gopkg.in/yaml%2ev3.(*parser).parse":   {"gopkg.in/yaml.v3", graph.RankLibrary},
		"runtime.allgs":                        {"runtime", graph.RankRuntime},
		"internal/sync.(*HashTrieMap[...]).ro": {"internal/sync", graph.RankRuntime},
		"runtime/debug.f":                      {"runtime/debug", graph.RankRuntime},
	} {
		if pkg := packageOf(full); pkg != want.pkg || e.RankOf(pkg) != want.rank {
			t.Errorf("%s: package %q, rank %d; want %q, %d", full, pkg, e.RankOf(pkg), want.pkg, want.rank)
		}
	}
}
