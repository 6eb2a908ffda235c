package lang

import "testing"

func TestGoName(t *testing.T) {
	for in, want := range map[string]string{
		"main.T":                                  "main.T",
		"map[string]*example.com/a/b.T":           "map[string]*b.T",
		"a/b.Pair[c/d.K,[]e/f.V]":                 "b.Pair[d.K,[]f.V]",
		"gopkg.in/yaml%2ev3.Node":                 "yaml.v3.Node",
		"func(interface {}, x/y.E) (z/w.R)":       "func(any, y.E) (w.R)",
		"struct { a x/y.T \"json:\\\"a/b\\\"\" }": "struct { a y.T \"json:\\\"a/b\\\"\" }",
		"chan<- go.shape.int":                     "chan<- int",
		"math/rand/v2.(*Rand).IntN":               "rand.(*Rand).IntN",
		"antlr.Store[*a.b/antlr/v4.Config]":       "antlr.Store[*antlr.Config]",
		"example.com/v2.T":                        "v2.T",
		"example.com/a/vet.T":                     "vet.T",
	} {
		if got := GoName(in); got != want {
			t.Errorf("GoName(%q) = %q, want %q", in, got, want)
		}
	}
}
