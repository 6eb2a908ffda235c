package ruby

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

const small = "../../../testdata/ruby/ruby31.jsonl.gz"

func TestConformance(t *testing.T) {
	dumptest.Run(t, small, Read, source.Options{})
	t.Run("restored", func(t *testing.T) { dumptest.RunRestore(t, small, Read, Restore, source.Options{}) })
}

// contents is a file, decompressed.
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
	data, err := io.ReadAll(src.Reader(0))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func read(t testing.TB, data []byte) *graph.Graph {
	t.Helper()
	g, err := Read(t.Context(), source.FromBytes("test", data, source.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestCounts compares every object's type and size, and all references, with what
// encoding/json reads.
func TestCounts(t *testing.T) {
	data := contents(t, small)
	g := read(t, data)
	objects, refs, size, sizes := 0, 0, uint64(0), uint64(0)
	known := map[string]bool{}
	var all []map[string]any
	for line := range bytes.Lines(data) {
		var x map[string]any
		if err := json.Unmarshal(line, &x); err != nil {
			t.Fatal(err)
		}
		if addr, ok := x["address"].(string); ok {
			known[addr] = true
			objects++
			if s, ok := x["memsize"].(float64); ok {
				size += uint64(s)
			} else {
				size += slotSize
			}
			all = append(all, x)
		}
	}
	for _, x := range all {
		list, _ := x["references"].([]any)
		for _, r := range list {
			if known[r.(string)] {
				refs++
			}
		}
		if class, _ := x["class"].(string); known[class] {
			refs++
		}
	}
	for n := range graph.NodeID(g.Len()) {
		sizes += g.Size(n)
	}
	if g.Len() != objects || g.Refs() != int64(refs) || sizes != size {
		t.Errorf("%d objects, %d references, %d bytes; want %d, %d, %d", g.Len(), g.Refs(), sizes, objects, refs, size)
	}
}

// follow goes along references by their names.
func follow(g *graph.Graph, n graph.NodeID, names ...string) graph.NodeID {
	for _, name := range names {
		next := graph.None
		for i, to := range g.Row(n) {
			if g.Detail().RefName(n, i, true) == name {
				next = to
				break
			}
		}
		if n = next; n == graph.None {
			return n
		}
	}
	return n
}

func find(t testing.TB, g *graph.Graph, typ string) graph.NodeID {
	t.Helper()
	for n := range graph.NodeID(g.Len()) {
		if g.TypeName(n) == typ {
			return n
		}
	}
	t.Fatalf("no %s", typ)
	return graph.None
}

// TestSmall checks what small.rb holds.
func TestSmall(t *testing.T) {
	g := read(t, contents(t, small))
	counts := map[string]int{}
	for n := range graph.NodeID(g.Len()) {
		counts[g.TypeName(n)]++
	}
	for typ, want := range map[string]int{"Session": 42, "Point": 40, "#<Class < User>": 1, "class Registry": 1, "module GC": 1} {
		if counts[typ] != want {
			t.Errorf("%d %s, want %d", counts[typ], typ, want)
		}
	}
	if n := follow(g, find(t, g, "class Object"), "::Registry"); n == graph.None || g.TypeName(n) != "class Registry" {
		t.Error("Object has no constant Registry")
	}
	cache := graph.None
	for n := range graph.NodeID(g.Len()) {
		if follow(g, n, `["u7"]`) != graph.None {
			cache = n
		}
	}
	if cache == graph.None {
		t.Fatal("no hash with the key u7")
	}
	if got := g.TypeName(follow(g, cache, `["u7"]`)); got != "Session" {
		t.Errorf(`CACHE["u7"] is a %s`, got)
	}
	if got := g.Detail().Describe(cache, false); !strings.HasPrefix(got, "len 40 · allocated at small.rb:") {
		t.Errorf("CACHE: %s", got)
	}
}

// shaped is a dump as Ruby 3.2 and later write it: shapes tell the names of instance
// variables.
const shaped = `{"type":"ROOT", "root":"vm", "references":["0x1000"]}
{"type":"ROOT", "root":"machine_context", "references":["0x1050"]}
{"address":"0x9000", "type":"SHAPE", "id":1, "parent_id":0, "depth":1, "shape_type":"ROOT", "edges":1, "memsize":32}
{"address":"0x9020", "type":"SHAPE", "id":2, "parent_id":1, "depth":2, "shape_type":"IVAR", "edge_name":"@name", "edges":1, "memsize":32}
{"address":"0x9040", "type":"SHAPE", "id":3, "parent_id":2, "depth":3, "shape_type":"IVAR", "edge_name":"@user", "edges":0, "memsize":32}
{"address":"0x1000", "type":"CLASS", "shape_id":1, "slot_size":160, "class":"0x1028", "variation_count":1, "superclass":"0x1028", "name":"App::Session", "references":["0x1028", "0x1050"], "memsize":640}
{"address":"0x1028", "type":"CLASS", "shape_id":1, "class":"0x1028", "name":"Object", "references":[], "memsize":640}
{"address":"0x1050", "type":"OBJECT", "shape_id":3, "slot_size":40, "class":"0x1000", "embedded":true, "ivars":2, "references":["0x1078", "0x10a0"], "memsize":40, "flags":{"wb_protected":true}}
{"address":"0x1078", "type":"STRING", "shape_id":0, "class":"0x10f0", "embedded":true, "bytesize":5, "value":"a\"}\\\u00e9", "encoding":"UTF-8", "coderange":"7bit", "memsize":40}
{"address":"0x10a0", "type":"ARRAY", "shape_id":0, "class":"0x10f0", "length":2, "embedded":true, "references":["0x1078", "0x1050"], "memsize":40}
`

func TestShapes(t *testing.T) {
	g := read(t, []byte(shaped))
	s := find(t, g, "App::Session")
	if n := follow(g, s, ".@user", "[1]"); n != s {
		t.Errorf(".@user[1] leads to %s", g.Describe(n))
	}
	name := follow(g, s, ".@name")
	if got := g.Detail().Describe(name, true); got != `"a\"}\\é"` {
		t.Errorf("the name is %s", got)
	}
	if g.Len() != 5 {
		t.Errorf("%d objects: shapes are none", g.Len())
	}
}

// TestDamage checks that damaged lines are said to be so.
func TestDamage(t *testing.T) {
	g := read(t, []byte(shaped+`{"address":"0x2000", "type":"STR`))
	if len(g.Warnings()) == 0 || g.Len() != 5 {
		t.Errorf("%d objects, warnings %v", g.Len(), g.Warnings())
	}
	for _, bad := range []string{"{\"type\":\"ROOT\", \"root\":\"vm\"}\n", "{}\n{}\n", `{"address":"0x10", "type":"OBJECT"` + strings.Repeat(`,"x":[`, 100000)} {
		_, err := Read(t.Context(), source.FromBytes("bad", []byte(bad), source.Options{}))
		var syntax *source.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

// TestLive dumps a program of the Ruby that is installed.
func TestLive(t *testing.T) {
	ruby, err := exec.LookPath("ruby")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no ruby: install the package ruby")
		}
		t.Skip("no ruby: live dumps are not tested")
	}
	out := filepath.Join(t.TempDir(), "heap.jsonl")
	if text, err := exec.Command(ruby, "--disable=gems", "../../../testdata/programs/ruby/small.rb", out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	g := read(t, data)
	count := 0
	for n := range graph.NodeID(g.Len()) {
		if g.TypeName(n) == "Session" {
			count++
		}
	}
	if count != 42 {
		t.Errorf("%d sessions, want 42", count)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(shaped))
	f.Add([]byte(shaped[:900]))
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
			g.Detail().Describe(n, true)
		}
	})
}

// TestOwnTables checks that the machine's own tables are told from what classes and
// threads hold, and that the file of Ruby's own code is written without brackets.
func TestOwnTables(t *testing.T) {
	g := read(t, []byte(`{"type":"ROOT", "root":"vm", "references":["0x10", "0x20", "0x30"]}
{"address":"0x10", "type":"ARRAY", "length":1, "references":["0x40"], "file":"<internal:/usr/lib/kernel_require.rb>", "line":85, "memsize":40}
{"address":"0x20", "type":"CLASS", "name":"App", "memsize":400}
{"address":"0x30", "type":"DATA", "struct":"VM/thread", "memsize":400}
{"address":"0x40", "type":"STRING", "bytesize":3, "memsize":40}
`))
	ranks := map[string]uint8{}
	for _, r := range g.Roots() {
		ranks[g.TypeName(r.Node)] = r.Rank
	}
	if ranks["Array"] != graph.RankRuntime || ranks["class App"] != graph.RankLibrary || len(ranks) != 3 {
		t.Errorf("ranks %v", ranks)
	}
	if got := g.Detail().Describe(0, false); got != "len 1 · allocated at kernel_require.rb:85" {
		t.Errorf("%q", got)
	}
}
