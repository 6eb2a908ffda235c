package heapsnapshot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// picture is a snapshot written by hand: nodes as "kind name size", and edges as
// "from kind name to". The first node is the root.
type picture struct {
	nodes [][3]any // kind, name, size
	edges [][4]any // from, kind, name or index, to
}

func (p *picture) json() string {
	nodeTypes := nodeKindNames[1:]
	edgeTypes := edgeKindNames[:]
	strs := []string{}
	str := func(s string) int {
		if i := slices.Index(strs, s); i >= 0 {
			return i
		}
		strs = append(strs, s)
		return len(strs) - 1
	}
	var nodes, edges []string
	for i, n := range p.nodes {
		count := 0
		for _, e := range p.edges {
			if e[0] == i {
				count++
				name, ok := e[2].(int)
				if !ok {
					name = str(e[2].(string))
				}
				edges = append(edges, fmt.Sprintf("%d,%d,%d", slices.Index(edgeTypes, e[1].(string)), name, e[3].(int)*5))
			}
		}
		nodes = append(nodes, fmt.Sprintf("%d,%d,%d,%d,%d", slices.Index(nodeTypes, n[0].(string)), str(n[1].(string)), 2*i+1, n[2], count))
	}
	types := func(list []string) string { b, _ := json.Marshal(list); return string(b) }
	return fmt.Sprintf(`{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[%s,"string","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],"edge_types":[%s,"string_or_number","node"]},"node_count":%d,"edge_count":%d},
"nodes":[%s],
"edges":[%s],
"strings":%s}`, types(nodeTypes), types(edgeTypes), len(p.nodes), len(p.edges), strings.Join(nodes, "\n,"), strings.Join(edges, "\n,"), types(strs))
}

func (p *picture) read(t *testing.T) *graph.Graph {
	t.Helper()
	g, err := Read(t.Context(), source.FromBytes("picture", []byte(p.json()), source.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// retained is what each named object keeps, by taking it away and searching again:
// the definition of a retained size, over the references that rules allows.
func (p *picture) retained(rules func(p *picture, e [4]any) bool) map[string]int {
	reach := func(without int) map[int]bool {
		seen := map[int]bool{}
		var visit func(n int)
		visit = func(n int) {
			if n == without || seen[n] {
				return
			}
			seen[n] = true
			for _, e := range p.edges {
				if e[0] == n && rules(p, e) {
					visit(e[3].(int))
				}
			}
		}
		visit(0)
		return seen
	}
	all := reach(-1)
	out := map[string]int{}
	for n := range p.nodes {
		if n == 0 || !all[n] || p.nodes[n][0] == "synthetic" {
			continue
		}
		left := reach(n)
		for m := range all {
			if !left[m] {
				out[p.nodes[n][1].(string)] += p.nodes[m][2].(int)
			}
		}
	}
	return out
}

// ours is the same by this reader and a search without the object.
func ours(g *graph.Graph) map[string]int {
	reach := func(without graph.NodeID) graph.Bitset {
		seen := graph.NewBitset(g.Len())
		var stack, buf []graph.NodeID
		add := func(n graph.NodeID) {
			if n != without && !seen.Has(n) {
				seen.Add(n)
				stack = append(stack, n)
			}
		}
		for _, r := range g.Roots() {
			if r.Via.Retains() && r.Kind != graph.RootResidue {
				add(r.Node)
			}
		}
		for len(stack) > 0 {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, to := range g.Retained(n, &buf) {
				add(to)
			}
		}
		return seen
	}
	all := reach(graph.None)
	out := map[string]int{}
	for n := range all.All() {
		left := reach(n)
		for m := range all.All() {
			if !left.Has(m) {
				out[g.TypeName(n)] += int(g.Size(m))
			}
		}
	}
	return out
}

// ephemeron is a WeakMap with one entry: the table does not keep the value, the key
// does.
func ephemeron() *picture {
	name := "1 / part of key (Key @9) -> value (Value @11) pair in WeakMap (table @7)"
	return &picture{
		nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 10}, {"object", "WeakMap", 20}, {"object", "table", 30}, {"object", "Key", 40}, {"object", "Value", 50}, {"object", "KeyHolder", 60}},
		edges: [][4]any{{0, "shortcut", "1", 1}, {1, "property", "wm", 2}, {1, "property", "holder", 6}, {2, "internal", "table", 3},
			{3, "weak", "2", 4}, {3, "internal", name, 5}, {4, "internal", name, 5}, {6, "property", "key", 4}},
	}
}

// TestRules checks each of DevTools' rules on a heap that differs without it, and
// the retained sizes against the definition.
func TestRules(t *testing.T) {
	not := func(holder string, kinds ...string) func(*picture, [4]any) bool {
		return func(p *picture, e [4]any) bool {
			return !(p.nodes[e[0].(int)][1] == holder && slices.Contains(kinds, e[1].(string)))
		}
	}
	for _, c := range []struct {
		name  string
		p     *picture
		rules func(*picture, [4]any) bool
		want  map[string]int
	}{
		{"ephemeron", ephemeron(), not("table", "internal", "weak"),
			map[string]int{"global": 210, "WeakMap": 50, "table": 30, "KeyHolder": 150, "Key": 90, "Value": 50}},
		{"weak", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 1}, {"object", "Cache", 2}, {"object", "Value", 4}, {"object", "Owner", 8}},
			edges: [][4]any{{0, "shortcut", "1", 1}, {1, "property", "cache", 2}, {1, "property", "owner", 4}, {2, "weak", "target", 3}, {4, "property", "value", 3}},
		}, not("Cache", "weak"), map[string]int{"global": 15, "Cache": 2, "Owner": 12, "Value": 4}},
		{"shortcut", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 1}, {"object", "Bound", 2}, {"object", "Arg", 4}, {"object", "Owner", 8}},
			edges: [][4]any{{0, "shortcut", "1", 1}, {1, "property", "bound", 2}, {1, "property", "owner", 4}, {2, "shortcut", "bound_argument_0", 3}, {4, "property", "arg", 3}},
		}, not("Bound", "shortcut"), map[string]int{"global": 15, "Bound": 2, "Owner": 12, "Arg": 4}},
		{"self", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 1}, {"object", "Self", 2}},
			edges: [][4]any{{0, "shortcut", "1", 1}, {1, "property", "x", 2}, {2, "property", "me", 2}},
		}, not("Self", "property"), map[string]int{"global": 3, "Self": 2}},
		{"page-owned", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"object", "Window", 1}, {"object", "Page", 2}, {"synthetic", "(GC roots)", 0}, {"synthetic", "(Global handles)", 0}, {"native", "Inspector", 4}, {"object", "Own", 8}},
			edges: [][4]any{{0, "shortcut", "1", 1}, {0, "element", 2, 3}, {3, "element", 1, 4}, {1, "property", "x", 2}, {4, "internal", "1", 5}, {4, "internal", "2", 2},
				{5, "internal", "peek", 2}, {5, "internal", "own", 6}},
		}, func(p *picture, e [4]any) bool {
			return e[3] != 2 || e[0] == 1
		}, map[string]int{"Window": 3, "Page": 2, "Inspector": 12, "Own": 8}},
		{"no page", &picture{ // without a global object everything counts
			nodes: [][3]any{{"synthetic", "", 0}, {"synthetic", "(GC roots)", 0}, {"synthetic", "(Stack roots)", 0}, {"object", "A", 1}, {"object", "B", 2}},
			edges: [][4]any{{0, "element", 1, 1}, {1, "element", 1, 2}, {2, "element", 1, 3}, {3, "property", "b", 4}},
		}, func(*picture, [4]any) bool { return true }, map[string]int{"A": 3, "B": 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if naive := c.p.retained(c.rules); !maps.Equal(naive, c.want) {
				t.Fatalf("the definition gives %v, want %v", naive, c.want)
			}
			g := c.p.read(t)
			if got := ours(g); !maps.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if g.Len() != len(c.p.nodes) {
				t.Errorf("%d objects of %d nodes", g.Len(), len(c.p.nodes))
			}
		})
	}
}

// TestUnheld checks that what only weak references hold is said to be held by nothing.
func TestUnheld(t *testing.T) {
	p := &picture{
		nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 1}, {"object", "Lost", 2}, {"object", "Child", 4}},
		edges: [][4]any{{0, "shortcut", "1", 1}, {1, "weak", "x", 2}, {2, "property", "c", 3}},
	}
	g := p.read(t)
	last := g.Roots()[len(g.Roots())-1]
	if len(g.Roots()) != 2 || g.TypeName(last.Node) != "Lost" || last.Kind != graph.RootResidue {
		t.Errorf("%d roots, the last is %s of %s", len(g.Roots()), g.String(last.Var), g.Describe(last.Node))
	}
}

// TestDamage checks what is said of damaged files.
func TestDamage(t *testing.T) {
	good := ephemeron().json()
	for _, c := range []struct{ name, text, want string }{
		{"edge out of range", strings.Replace(good, `,0,5`, `,0,500`, 1), "which no node of 7 starts with"},
		{"edge within a node", strings.Replace(good, `,0,5`, `,0,6`, 1), "which no node of 7 starts with"},
		{"a string among numbers", strings.Replace(good, `"nodes":[`, `"nodes":["x"`, 1), "not a number"},
		{"negative", strings.Replace(good, `"nodes":[`, `"nodes":[-`, 1), "not a number"},
		{"a long number", strings.Replace(good, `"nodes":[`, `"nodes":[11111111111111111111111`, 1), "not a number"},
		{"no meta", strings.Replace(good, `"self_size"`, `"size"`, 1), "node_fields has no self_size"},
		{"nodes are no array", strings.Replace(good, `"nodes":[`, `"nodes":{`, 1), "no array"},
		{"strings are numbers", strings.Replace(good, `"strings":[`, `"strings":[1,`, 1), "not a string"},
		{"edges missing", good[:strings.Index(good, `"edges":[`)] + `"edges":[0,0,0],"strings":[]}`, "the nodes have 8 edges, the file has 1"},
		{"deep", strings.Replace(good, `"nodes":`, `"x":`+strings.Repeat("[", 1<<20)+`,"nodes":`, 1), "no nodes|ends before its nodes|damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(t.Context(), source.FromBytes("bad", []byte(c.text), source.Options{}))
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatal("no error")
			}
			checkTyped(t, err)
			if !slices.ContainsFunc(strings.Split(c.want, "|"), func(w string) bool { return strings.Contains(err.Error(), w) }) {
				t.Errorf("%v; want %s", err, c.want)
			}
		})
	}
}

// TestDistances checks DevTools' rule on heaps that differ without each part of it; the
// figures are those that its own code gives for these files.
func TestDistances(t *testing.T) {
	for _, c := range []struct {
		name string
		p    *picture
		want string
	}{
		{"ephemeron", ephemeron(), "-1 1 2 3 3 4 2"},
		{"weak and shortcut", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"synthetic", "(GC roots)", 0}, {"object", "global", 1}, {"object", "A", 2}, {"object", "B", 4}, {"object", "C", 8}, {"object", "Own", 8}},
			edges: [][4]any{{0, "element", 1, 1}, {0, "shortcut", "1", 2}, {1, "element", 1, 6}, {2, "property", "a", 3}, {2, "weak", "c", 5}, {3, "property", "b", 4}, {4, "property", "c", 5}, {6, "internal", "peek", 5}},
		}, "-1 -1 1 2 3 4 -1"},
		{"map descriptors", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 1}, {"array", "(map descriptors)", 2}, {"object", "Second", 4}, {"object", "Key", 8}, {"object", "Value", 16}},
			edges: [][4]any{{0, "shortcut", "1", 1}, {1, "internal", "descriptors", 2}, {2, "internal", "1", 3}, {2, "internal", "3", 4}, {2, "internal", "4", 5}},
		}, "-1 1 2 3 3 -1"},
		{"bound function", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 1}, {"closure", "native_bind", 2}, {"closure", "f", 4}, {"array", "", 8}, {"object", "Arg", 16}},
			edges: [][4]any{{0, "shortcut", "1", 1}, {1, "property", "bound", 2}, {2, "internal", "bound_function", 3}, {2, "shortcut", "bound_argument_0", 5}, {2, "internal", "bindings", 4}, {4, "internal", "0", 5}},
		}, "-1 1 2 3 3 3"},
		{"document", &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"synthetic", "(GC roots)", 0}, {"synthetic", "(Document DOM trees)", 0}, {"native", "HTMLDocument", 1}, {"native", "DIV", 2}},
			edges: [][4]any{{0, "element", 1, 1}, {0, "element", 2, 2}, {2, "element", 1, 3}, {3, "internal", "x", 4}},
		}, "-1 -1 1 2 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if dir := os.Getenv("DISTANCES"); dir != "" { // to ask DevTools' own code
				if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(c.name, " ", "-")+".heapsnapshot"), []byte(c.p.json()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			g := c.p.read(t)
			d, ok := graph.DetailOf[graph.Distancer](g.Detail())
			if !ok {
				t.Fatal("no distances")
			}
			far, err := d.Distances(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, v := range far {
				got += fmt.Sprintf(" %d", cmp.Or(int(v), -1))
			}
			if got[1:] != c.want {
				t.Errorf("%s, want %s", got[1:], c.want)
			}
		})
	}
}
