package heapsnapshot

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/heapsnapshot/internal/streamed"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// juliaFile is a file of the streamed snapshot, unpacked.
func juliaFile(t testing.TB, end string) []byte {
	t.Helper()
	f, err := os.Open(data + "julia/heap" + end + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	p, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// juliaFolder writes the four files, after a change, and returns their prefix.
func juliaFolder(t testing.TB, change map[string]func([]byte) []byte) string {
	t.Helper()
	prefix := filepath.Join(t.TempDir(), "heap")
	for _, end := range []string{".metadata.json", ".nodes", ".edges", ".strings"} {
		p := juliaFile(t, end)
		if c := change[end]; c != nil {
			p = c(p)
		}
		if p == nil {
			continue
		}
		if err := os.WriteFile(prefix+end, p, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return prefix
}

// narrowed makes a file's types those of Julia 1.11: a byte instead of four.
func narrowed(width int) func([]byte) []byte {
	return func(p []byte) (out []byte) {
		for ; len(p) > 0; p = p[width:] {
			out = append(append(out, p[0]), p[4:width]...)
		}
		return out
	}
}

// julia reads the snapshot of a prefix.
func readJulia(t testing.TB, prefix string) (*graph.Graph, error) {
	t.Helper()
	src, err := source.Open(prefix+".metadata.json", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return Read(t.Context(), src)
}

// TestJulia compares a snapshot that Julia has streamed with what its files say, also
// with the narrow types of older versions.
func TestJulia(t *testing.T) {
	for name, change := range map[string]map[string]func([]byte) []byte{
		"1.13": nil,
		"1.11": {".nodes": narrowed(37), ".edges": narrowed(28)},
	} {
		t.Run(name, func(t *testing.T) {
			prefix := juliaFolder(t, change)
			g, err := readJulia(t, prefix)
			if err != nil {
				t.Fatal(err)
			}
			if w := g.Warnings(); len(w) > 0 || g.Info().Runtime != graph.RuntimeJulia {
				t.Errorf("runtime %s, warnings %v", g.Info().Runtime, w)
			}
			compareJulia(t, g, name == "1.11")
			main := find(t, g, "Module Main")
			list := follow(g, main, "")
			for _, to := range g.Row(list) {
				if v := follow(g, to, ".sessions", "", "", "[7]"); v != graph.None {
					if g.TypeName(v) != "String" || g.Size(v) != 213+8 {
						t.Errorf("sessions[7] is a %s of %d bytes", g.TypeName(v), g.Size(v))
					}
					if text := g.Detail().Describe(v, true); !strings.HasPrefix(text, `"session-0007-xxx`) {
						t.Errorf("with values it is %s", text)
					}
					return
				}
			}
			t.Error("no sessions[7]")
		})
	}
}

// compareJulia counts nodes by type and edges by another reading of the files.
func compareJulia(t *testing.T, g *graph.Graph, folded bool) {
	var meta struct {
		Snapshot struct {
			Meta struct {
				Types []json.RawMessage `json:"node_types"`
			}
		}
	}
	var types []string
	if err := json.Unmarshal(juliaFile(t, ".metadata.json"), &meta); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(meta.Snapshot.Meta.Types[0], &types); err != nil {
		t.Fatal(err)
	}
	var strs []string
	for p := juliaFile(t, ".strings"); len(p) > 0; {
		n := binary.LittleEndian.Uint64(p)
		strs, p = append(strs, string(p[8:8+n])), p[8+n:]
	}
	want, got := map[string]int{}, map[string]int{}
	size := uint64(0)
	nodes := juliaFile(t, ".nodes")
	for p := nodes; len(p) > 0; p = p[37:] {
		kind, name := types[binary.LittleEndian.Uint32(p)], strs[binary.LittleEndian.Uint64(p[4:])]
		size += binary.LittleEndian.Uint64(p[20:])
		switch kind {
		case "String":
		case "jl_sym_t":
			name = "Symbol"
		case "jl_datatype_t":
			name = "DataType"
		case "jl_module_t":
			name = "Module " + name
		}
		if kind == "String" {
			name = "String"
		}
		if name == "" {
			name = "(root)"
		}
		want[name]++
	}
	sum := uint64(0)
	for n := range graph.NodeID(g.Len()) {
		sum += g.Size(n)
		got[g.TypeName(n)]++
	}
	wrong := 0
	for name, n := range want {
		if got[typeName(name)] != n && !strings.HasPrefix(name, "<") && len(name) < maxTypeName {
			wrong++
			if !folded {
				t.Errorf("%d %s, want %d", got[name], name, n)
			}
		}
	}
	if wrong > 12 { // a type of another has the same number as the one that its name says
		t.Errorf("%d types of %d have other counts", wrong, len(want))
	}
	if g.Len() != len(nodes)/37 || g.Refs() != int64(len(juliaFile(t, ".edges"))/28) || sum != size {
		t.Errorf("%d nodes, %d references, %d bytes; want %d, %d, %d", g.Len(), g.Refs(), sum, len(nodes)/37, len(juliaFile(t, ".edges"))/28, size)
	}
}

// TestJuliaSecrets checks that no text of the program is shown, whatever the width of
// types.
func TestJuliaSecrets(t *testing.T) {
	for _, change := range []map[string]func([]byte) []byte{nil, {".nodes": narrowed(37), ".edges": narrowed(28)}} {
		g, err := readJulia(t, juliaFolder(t, change))
		if err != nil {
			t.Fatal(err)
		}
		for n := range graph.NodeID(g.Len()) {
			shown := g.TypeName(n) + g.Detail().Describe(n, false)
			for i := range g.Row(n) {
				shown += g.Detail().RefName(n, i, false)
			}
			if strings.Contains(shown, "session-") {
				t.Fatalf("shows %s", shown)
			}
		}
	}
}

// TestJuliaParts checks that any of the files, and their prefix, name the snapshot, and
// what else does not.
func TestJuliaParts(t *testing.T) {
	prefix := juliaFolder(t, nil)
	for _, end := range []string{"", ".metadata.json", ".nodes", ".edges", ".strings"} {
		parts, err := Parts(prefix + end)
		if err != nil || len(parts) != 4 || parts[0] != prefix+".metadata.json" {
			t.Errorf("%q: %v, %v", end, parts, err)
		}
	}
	other := filepath.Join(filepath.Dir(prefix), "graph.nodes")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{other, filepath.Dir(prefix), prefix + "x", "/dev/null"} {
		if parts, err := Parts(path); parts != nil || err != nil {
			t.Errorf("%s: %v, %v", path, parts, err)
		}
	}
	if err := os.Remove(prefix + ".metadata.json"); err != nil {
		t.Fatal(err)
	}
	if _, err := Parts(prefix + ".nodes"); err == nil || !strings.Contains(err.Error(), "heap.metadata.json") {
		t.Errorf("without the description: %v", err)
	}
}

// TestJuliaConformance runs the suite on snapshots as one file, as Julia's
// assemble_snapshot makes it: all of it on a small one, as it reads one some hundred
// times.
func TestJuliaConformance(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "heap")
	for end, p := range smallJulia() {
		if err := os.WriteFile(prefix+end, p, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dumptest.Run(t, juliaWhole(t, prefix), Read, source.Options{})
	dumptest.RunRestore(t, juliaWhole(t, juliaFolder(t, nil)), Read, Restore, source.Options{})
}

// juliaWhole writes what four files are joined to, and returns its path.
func juliaWhole(t *testing.T, prefix string) string {
	t.Helper()
	src, err := source.Open(prefix+".metadata.json", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	whole, err := joined(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	p, err := whole.Slice(0, int(whole.Size))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "julia.heapsnapshot")
	if err := os.WriteFile(path, p, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestJuliaDamage checks what is said of damaged files: the file and the place.
func TestJuliaDamage(t *testing.T) {
	cut := func(n int) func([]byte) []byte { return func(p []byte) []byte { return p[:len(p)-n] } }
	put := func(at int, v uint64) func([]byte) []byte {
		return func(p []byte) []byte { binary.LittleEndian.PutUint64(p[at:], v); return p }
	}
	replace := func(old, new string) func([]byte) []byte {
		return func(p []byte) []byte { return bytes.Replace(p, []byte(old), []byte(new), 1) }
	}
	for _, c := range []struct {
		name, file string
		change     func([]byte) []byte
		err, warn  string
	}{
		{"nodes cut", ".nodes", cut(1000 * 37), "heap.edges: offset", ""},
		{"edges cut", ".edges", cut(1000), "", "the file says it has 121472 edges, and has 121436"},
		{"strings cut", ".strings", cut(1000), "", "the file ends within its strings"},
		{"no strings", ".strings", func([]byte) []byte { return []byte{} }, "", "the file has no strings"},
		{"edge to nowhere", ".edges", put(28*5+20, 1<<40), "heap.edges: offset 140: edge 5 leads from node", ""},
		{"edge from nowhere", ".edges", put(28*5+12, 1<<63), "heap.edges: offset 140: edge 5 leads from node", ""},
		{"name of nothing", ".nodes", put(37*9+4, 1<<33), "heap.nodes: offset 333: node 9 has the name", ""},
		{"long string", ".strings", put(0, 1<<62), "", "the file ends within its strings"},
		{"not JSON", ".metadata.json", cut(3), "damaged description of the snapshot", ""},
		{"not numbers", ".nodes", func([]byte) []byte { return bytes.Repeat([]byte("xyz"), 999) }, "heap.nodes: offset 0: 2997 bytes are not the", ""},
		{"no nodes", ".metadata.json", replace(`"node_count":`, `"node_count":9`), "", "the file says it has 9"},
		{"negative", ".metadata.json", replace(`"node_count":`, `"node_count":-`), "damaged description", ""},
		{"missing", ".edges", func([]byte) []byte { return nil }, "this one is not", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := readJulia(t, juliaFolder(t, map[string]func([]byte) []byte{c.file: c.change}))
			switch {
			case c.err != "":
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %s", err, c.err)
				}
			case err != nil:
				t.Error(err)
			case !strings.Contains(fmt.Sprint(g.Warnings()), c.warn):
				t.Errorf("warnings %v, want %s", g.Warnings(), c.warn)
			}
		})
	}
}

// TestJuliaHole checks that a file with a hole of a terabyte costs nothing.
func TestJuliaHole(t *testing.T) {
	for _, end := range []string{".nodes", ".edges", ".strings"} {
		prefix := juliaFolder(t, nil)
		if err := os.Truncate(prefix+end, 1<<40); err != nil {
			t.Skipf("no sparse files here: %v", err)
		}
		_, err := readJulia(t, prefix)
		if end != ".strings" && err == nil {
			t.Errorf("%s with a hole was read", end)
		}
		t.Log(err)
	}
}

// smallJulia is a snapshot of a vector in module Main with ten texts, with narrow types.
func smallJulia() map[string][]byte {
	record := func(typ byte, list ...uint64) []byte {
		p := []byte{typ}
		for _, v := range list {
			p = binary.LittleEndian.AppendUint64(p, v)
		}
		return p
	}
	const texts = 10
	names := []string{"", "GC roots", "main_module", "Main", "items", "SimpleVector"}
	nodes := [][]byte{record(0, 0, 0, 0, 0), record(0, 1, 1, 0, 0), record(1, 3, 992, 400, 0), record(3, 5, 1000, 80, 0)}
	edges := [][]byte{record(0, 1, 0, 1), record(0, 2, 1, 2), record(2, 4, 2, 3)}
	for i := range uint64(texts) {
		names = append(names, fmt.Sprintf("text \"%d\"", i))
		nodes = append(nodes, record(2, 6+i, 1024+32*i, 16+i, 0))
		edges = append(edges, record(1, 1<<64-1, 3, 4+i))
	}
	var strs []byte
	for _, s := range names {
		strs = append(binary.LittleEndian.AppendUint64(strs, uint64(len(s))), s...)
	}
	head := `{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count","trace_node_id","detachedness"],` +
		`"node_types":[["synthetic","jl_module_t","String","jl_svec_t"]],"edge_fields":["type","name_or_index","to_node"],` +
		`"edge_types":[["internal","element","property"]]},"node_count":%d,"edge_count":%d}}`
	return map[string][]byte{
		".metadata.json": fmt.Appendf(nil, head, len(nodes), len(edges)), ".nodes": append(bytes.Join(nodes, []byte{0}), 0),
		".edges": bytes.Join(edges, nil), ".strings": strs,
	}
}

// FuzzStreamed reads four files of anything: no panic, and typed errors.
func FuzzStreamed(f *testing.F) {
	small := smallJulia()
	f.Add(small[".metadata.json"], small[".nodes"], small[".edges"], small[".strings"])
	f.Fuzz(func(t *testing.T, meta, nodes, edges, strs []byte) {
		file := func(p []byte) *source.Source { return source.FromBytes("fuzz", p, source.Options{Workers: 1}) }
		files := streamed.Files{Description: file(meta), Nodes: file(nodes), Edges: file(edges), Strings: file(strs)}
		whole, err := files.Join(t.Context())
		var g *graph.Graph
		if err == nil {
			g, err = Read(t.Context(), whole)
		}
		if err != nil {
			checkTyped(t, err)
			return
		}
		for n := range graph.NodeID(min(g.Len(), 1000)) {
			g.Detail().Fields(n, true, 10)
			g.Detail().Describe(n, true)
		}
	})
}
