package heapsnapshot

import (
	"fmt"
	"testing"
)

// TestPageOfChromium checks that the window of a page is a root by its name where the
// snapshot has it below native objects only, and that the page's address is in no type
// and no root.
func TestPageOfChromium(t *testing.T) {
	p := &picture{
		nodes: [][3]any{{"synthetic", "", 0}, {"synthetic", "(GC roots)", 0}, {"synthetic", "(Global handles)", 0},
			{"native", "system / NativeContext / https://shop.example", 1}, {"object", "Window [JSGlobalObject] / https://shop.example", 2}, {"object", "Cart", 4}},
		edges: [][4]any{{0, "element", 1, 1}, {1, "element", 1, 2}, {2, "internal", "1 / V8PerContextData::context_", 3}, {3, "internal", "global_object", 4}, {4, "property", "cart", 5}},
	}
	g := p.read(t)
	roots := map[string]string{}
	for _, r := range g.Roots() {
		roots[g.TypeName(r.Node)] = g.String(r.Var) + " " + g.String(r.Ref)
	}
	if roots["Window"] != "window " || roots["system / NativeContext"] != "native handle (global handles) V8PerContextData::context_" || len(roots) != 2 {
		t.Errorf("roots: %q", roots)
	}
}

// TestInstanceIsNoMap checks that an object with many properties in a hash table is not
// taken for a map if it has methods: code has names for its properties, and they are no
// values.
func TestInstanceIsNoMap(t *testing.T) {
	for _, c := range []struct {
		methods int
		want    string
	}{{0, `["…"]`}, {2, `["…"]`}, {5, ".answers"}} {
		p := &picture{
			nodes: [][3]any{{"synthetic", "", 0}, {"object", "global", 1}, {"object", "Object", 2}, {"array", "(object properties)", 4}, {"object", "Answer", 8}},
			edges: [][4]any{{0, "shortcut", "1", 1}, {1, "property", "app", 2}, {2, "internal", "properties", 3}, {2, "property", "answers", 4}},
		}
		for i := range 20 {
			name, kind := fmt.Sprintf("set%d", i), "object"
			if i < c.methods {
				kind = "closure"
			}
			p.edges = append(p.edges, [4]any{2, "property", name, len(p.nodes)})
			p.nodes = append(p.nodes, [3]any{kind, name, 1})
		}
		g := p.read(t)
		app, _ := g.Find(5)
		for i, to := range g.Row(app) {
			if got := g.Detail().RefName(app, i, false); g.TypeName(to) == "Answer" && got != c.want {
				t.Errorf("%d methods: %s, want %s", c.methods, got, c.want)
			}
		}
	}
}

// TestSlotText checks that only the number before a slot's name goes.
func TestSlotText(t *testing.T) {
	for in, want := range map[string]string{"1 / V8PerContextData::context_": "V8PerContextData::context_", "a / b": "a / b", "12": "12", " / x": " / x", "3 / x / y": "x / y"} {
		if got := slotText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestShortFile checks that a file has the same name in two runs of a program.
func TestShortFile(t *testing.T) {
	for in, want := range map[string]string{
		"file:///srv/app/vite.config.mjs.timestamp-1795540762046-aa2e11647a8a4.mjs": "vite.config.mjs",
		"file:///srv/app/src/a.js?v=7":                                              "a.js",
		"/srv/app/routes/index.js":                                                  "routes/index.js",
		"node:internal/timers":                                                      "node:timers",
		"/srv/report.timestamp-7.js":                                                "report.timestamp-7.js",
		"":                                                                          "script 12",
	} {
		if got := shortFile(in, 12); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
