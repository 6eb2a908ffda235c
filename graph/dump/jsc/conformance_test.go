package jsc

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

const data = "../../../testdata/jsc/"

func TestConformance(t *testing.T) {
	dumptest.Run(t, data+"bun.inspector.json.gz", Read, source.Options{})
	t.Run("debugging", func(t *testing.T) { dumptest.Run(t, data+"bun.gcdebugging.json.gz", Read, source.Options{}) })
}

func contents(t testing.TB, path string) []byte {
	t.Helper()
	src, err := source.Open(path, source.Options{})
	if err == nil {
		src, err = source.Plain(t.Context(), src, func([]byte) error { return nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	b, err := io.ReadAll(src.Reader(0))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCounts compares nodes, edges and bytes with what encoding/json reads, and checks
// the names of references.
func TestCounts(t *testing.T) {
	for name, width := range map[string]int{"bun.inspector.json.gz": 4, "bun.gcdebugging.json.gz": 7} {
		t.Run(name, func(t *testing.T) {
			b := contents(t, data+name)
			var want struct {
				Nodes []any
				Edges []uint64
			}
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			g, err := Read(t.Context(), source.FromBytes(name, b, source.Options{}))
			if err != nil {
				t.Fatal(err)
			}
			var size, got uint64
			for i := 1; i < len(want.Nodes); i += width {
				size += uint64(want.Nodes[i].(float64))
			}
			sessions := 0
			paths := map[string]int{}
			for n := range graph.NodeID(g.Len()) {
				got += g.Size(n)
				if g.TypeName(n) == "Session" {
					sessions++
				}
				for i, to := range g.Row(n) {
					if g.TypeName(to) == "Session" {
						paths[g.Detail().RefName(n, i, false)]++
					}
				}
			}
			if g.Len() != len(want.Nodes)/width || g.Refs() != int64(len(want.Edges)/4) || got != size {
				t.Errorf("%d objects, %d references, %d bytes; want %d, %d, %d", g.Len(), g.Refs(), got, len(want.Nodes)/width, len(want.Edges)/4, size)
			}
			if sessions != 40 || paths[" · s"] < 40 || paths[nameKeyed] < 40 {
				t.Errorf("%d sessions, references to them %v", sessions, paths)
			}
		})
	}
}

// TestReasons checks that the reasons of roots become names.
func TestReasons(t *testing.T) {
	g, err := Read(t.Context(), source.FromBytes("x", contents(t, data+"bun.gcdebugging.json.gz"), source.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range g.Roots() {
		seen[g.String(r.Var)] = true
	}
	for _, want := range []string{"global", "native handle (strong handles)", "runtime (strong references)", "DOM"} {
		if !seen[want] {
			t.Errorf("no root %q in %v", want, seen)
		}
	}
}

const tiny = `{"version":3,"type":"Inspector","nodes":[0,0,0,0,2,16,1,0,4,32,2,2],"nodeClassNames":["<root>","GlobalObject","Session"],
"edges":[0,2,0,0,2,4,1,0,4,2,3,0],"edgeTypes":["Internal","Property","Index","Variable"],"edgeNames":["app"]}`

func TestDamage(t *testing.T) {
	for _, bad := range []string{"{", `{"version":3,"type":"Inspector"}`, strings.Replace(tiny, "[0,0", "[x", 1), strings.Replace(tiny, "2,16", "0,16", 1),
		strings.Replace(tiny, `"nodes":[`, `"nodes":[`+strings.Repeat("[", 1<<16), 1), strings.Replace(tiny, "16", "11111111111111111111111", 1)} {
		_, err := Read(t.Context(), source.FromBytes("bad", []byte(bad), source.Options{}))
		var syntax *source.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(tiny))
	f.Add([]byte(tiny[:120]))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Read(t.Context(), source.FromBytes("fuzz", data, source.Options{Workers: 1}))
		if err != nil {
			var syntax *source.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("untyped error %T %v", err, err)
			}
			return
		}
		for n := range graph.NodeID(min(g.Len(), 1000)) {
			g.Detail().Fields(n, true, 10)
		}
	})
}
