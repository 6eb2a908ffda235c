package goheap

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	leak "github.com/refgraph/refgraph/testdata/goheap"
)

func TestShow(t *testing.T) {
	want := os.Getenv("ROOT")
	if want == "" {
		t.Skip()
	}
	src, err := source.Open(os.Getenv("DUMP"), source.Options{Exe: os.Getenv("EXE")})
	if err != nil {
		t.Fatal(err)
	}
	g, err := Read(context.Background(), src)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range g.Roots() {
		if strings.Contains(g.String(r.Name), want) {
			t.Log(g.String(r.Name), "|", g.String(r.Group), "|", g.String(r.Ref), "|", g.Describe(r.Node), r.Rank, r.Via, g.TypeSource(r.Node), g.Size(r.Node), g.Detail().Describe(r.Node, false))
			for i, to := range g.Row(r.Node) {
				if i < 12 {
					t.Logf("      %q %s %v size %d slot %x", g.Detail().RefName(r.Node, i, false), g.Describe(to), g.TypeSource(to), g.Size(to), g.Label(r.Node, i))
					for j, tt := range g.Row(to) {
						if j < 8 && g.Internal(to) {
							t.Logf("            %q %s %v size %d slot %x", g.Detail().RefName(to, j, false), g.Describe(tt), g.TypeSource(tt), g.Size(tt), g.Label(to, j))
						}
					}
				}
			}
		}
	}
}

func TestLeakFiles(t *testing.T) {
	if dir := os.Getenv("LEAKDIR"); dir != "" {
		t.Log(leak.Leak(dir))
	}
}
