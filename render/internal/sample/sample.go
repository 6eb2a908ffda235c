// Package sample has Views and reports for tests and for the gallery: every kind
// of box and reference, and names that break careless writers.
package sample

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/view"
)

// Sessions is the picture of a leaking cache: three ways to 100,010 targets.
func Sessions() *view.View {
	return &view.View{
		Title:    "why 100,010 *main.Session (61.0 MiB retained) are alive",
		Subtitle: []string{"61.0 MiB retained, 93 % of the reachable heap · leak.heapdump · go1.26.8 · 2026-11-22 05:38 UTC", "99,900 through global main.globalCache · 100 through global main.ch · 10 through goroutines main.worker — cut .m and .head to free 99.9 %"},
		Runtime:  graph.RuntimeGo, Total: 65 << 20, Hidden: true,
		Nodes: []view.Node{
			{Kind: view.RootNode, ID: "r-main.globalCache", Head: "global", Name: "main.globalCache", Count: 1},
			{Kind: view.RootNode, ID: "r-main.worker", Head: "goroutines", Name: "main.worker · s (chan receive)", Count: 10},
			{Kind: view.RootNode, ID: "r-main.ch", Head: "global", Name: "main.ch", Count: 1},
			{Kind: view.ObjectNode, ID: "o-0xc000012040", Head: "*main.Cache", Count: 1, Shallow: 40, Retained: 63858278, Sized: true, Address: "0xc000012040", Emphasis: true},
			{Kind: view.ObjectNode, ID: "o-0xc0000160e0", Head: "chan *main.Session", Count: 1, Shallow: 96, Retained: 1024, Sized: true, Address: "0xc0000160e0", Note: "buffer 100 of 100"},
			{Kind: view.TargetNode, ID: "t", Head: "*main.Session", Count: 100010, Shallow: 100010 * 80, Retained: 61 << 20, Sized: true, Address: "0xc0001a4000"},
			{Kind: view.ObjectNode, ID: "o-user", Head: "*main.User", Count: 100000, Shallow: 6400000, Retained: 43620761, Sized: true, Address: "0xc000300000", Held: true},
			{Kind: view.ObjectNode, ID: "o-meta", Head: "map[string]any", Count: 100000, Shallow: 33600000, Retained: 33449574, Sized: true, Address: "0xc000800000", Held: true},
		},
		Edges: []view.Edge{
			{From: 0, To: 3, Label: "(Store)", Count: 1, Retained: 63858278},
			{From: 3, To: 5, Label: `.m["…"]`, Count: 99999, Retained: 63858200, Suspect: true},
			{From: 3, To: 5, Label: ".head", Count: 1, Retained: 1 << 20},
			{From: 5, To: 5, Label: ".next", Count: 99999, Retained: 40 << 20, Cycle: true},
			{From: 1, To: 5, Label: "s", Count: 10, Retained: 6400},
			{From: 2, To: 4, Count: 1, Retained: 1024},
			{From: 4, To: 5, Label: "[0]…[99]", Count: 100, Retained: 1024},
			{From: 5, To: 6, Label: ".User", Count: 100000, Retained: 43620761},
			{From: 6, To: 7, Label: ".Meta", Count: 100000, Retained: 33449574},
			{From: 4, To: 7, Label: ".w", Count: 1, Kind: graph.Weak},
		},
		LeftOut: []string{"3 maps of the runtime", "2 weak references"},
	}
}

func obj(head string, count int, shallow, retained uint64, addr string) view.Node {
	return view.Node{ID: "o-" + addr, Head: head, Count: count, Shallow: shallow, Retained: retained, Sized: true, Address: addr}
}

func root(kind, name string, count int) view.Node {
	return view.Node{Kind: view.RootNode, ID: "r-" + name, Head: kind, Name: name, Count: count}
}

func target(n view.Node) view.Node { n.Kind = view.TargetNode; return n }

func suspect(n view.Node) view.Node { n.Emphasis = true; return n }

// Goroutines is a leak of blocked goroutines.
func Goroutines() *view.View {
	return &view.View{
		Title:    "why 4,096 *http.Request are alive",
		Subtitle: []string{"96.4 MiB retained, 88 % of the reachable heap · api.heapdump · go1.26.8 · 2026-11-22 05:38 UTC", "4,096 through goroutines main.handle · req (chan send)"},
		Runtime:  graph.RuntimeGo, Total: 110 << 20, Hidden: true,
		Nodes: []view.Node{
			root("goroutines", "main.handle · req (chan send)", 4096),
			root("goroutines", "net/http.(*conn).serve · w", 12),
			obj("*net/http.response", 12, 12*208, 12*300, "0xc000100000"),
			target(obj("*http.Request", 4096, 4096*256, 101082726, "0xc000200000")),
		},
		Edges: []view.Edge{
			{From: 0, To: 3, Label: "req", Count: 4096, Retained: 101082726, Suspect: true},
			{From: 1, To: 2, Label: "w", Count: 12, Retained: 3600},
			{From: 2, To: 3, Label: ".req", Count: 12, Retained: 3600},
			{From: 3, To: 2, Label: ".ctx.w", Count: 12, Retained: 3600, Cycle: true},
		},
	}
}

// LinkedList is a chain with most of it left out, drawn left to right.
func LinkedList() *view.View {
	v := &view.View{Title: "why 1 *main.Event is alive", Subtitle: []string{"64 B retained · queue.hprof · OpenJDK 21.0.4 · 2026-11-22 05:38 UTC"},
		Runtime: graph.RuntimeJVM, Total: 30 << 20, Sideways: true}
	v.Nodes = []view.Node{root("thread", `"consumer-1" · Queue.drain · head`, 1)}
	for i := range 30 {
		v.Nodes = append(v.Nodes, obj("com.acme.Queue$Node", 1, 24, uint64(30-i)<<20-64, "0x7f00"+string(rune('a'+i))))
		v.Edges = append(v.Edges, view.Edge{From: i, To: i + 1, Label: ".next", Count: 1, Retained: uint64(30-i) << 20})
	}
	v.Nodes = append(v.Nodes, target(obj("com.acme.Event", 1, 64, 64, "0x7fffffff")))
	v.Edges[0].Label = ""
	v.Edges[8].Skipped = 48183
	v.Edges = append(v.Edges, view.Edge{From: 30, To: 31, Label: ".event", Count: 1, Retained: 64})
	return v
}

// Siblings has far more boxes than any picture can show.
func Siblings(n int) *view.View {
	v := &view.View{Title: "what main.registry holds", Runtime: graph.RuntimePython, Total: 1 << 30,
		Nodes: []view.Node{root("module", "app.registry", 1), target(obj("dict", 1, 4<<20, 900<<20, "0x7f0012345678"))},
		Edges: []view.Edge{{From: 0, To: 1, Label: ".registry", Count: 1, Retained: 900 << 20}}}
	for i := range n {
		v.Nodes = append(v.Nodes, obj("app.models.User", 1, 64, uint64(900<<20/(i+2)), "0x7f"+view.Count(i)))
		v.Edges = append(v.Edges, view.Edge{From: 1, To: i + 2, Label: `["…"]`, Count: 1, Retained: uint64(900 << 20 / (i + 2))})
	}
	return v
}

// Mixed shows every kind of reference and all that a box can say.
func Mixed() *view.View {
	v := &view.View{Title: "why 3 Widget are alive", Subtitle: []string{"références · ссылки · αναφορές · 参照 · 🎉"},
		Runtime: graph.RuntimeJS, Total: 2 << 20}
	cache := suspect(obj("WeakCache<Widget, Map<string, Array<Widget>>> with a very long name indeed", 1, 40, 1<<20, "@1234"))
	cache.Value, cache.Note, cache.Growth = `{size: 3, "clé": …}`, "3 entries of 16", 700<<10
	v.Nodes = []view.Node{root("global", "window.app", 1), root("JNI global", "", 3), cache, obj("Listener", 2, 97, 512, "@77"),
		target(obj("Widget", 3, 300, 2048, "@99")), obj("(internal) elements", 1, 64, 64, "@100"),
		{Kind: view.MoreNode, ID: "more-1", Head: "Widget", Count: 99998, Retained: 412 << 20, Sized: true}}
	v.Nodes[5].Internal = true
	v.Edges = []view.Edge{
		{From: 0, To: 2, Label: ".cache", Count: 1, Retained: 1 << 20, Suspect: true},
		{From: 2, To: 4, Label: ".entries[…]", Count: 3, Kind: graph.Weak},
		{From: 2, To: 4, Label: ".soft", Count: 1, Kind: graph.Soft},
		{From: 1, To: 3, Count: 3, Kind: graph.Conservative, Retained: 512},
		{From: 3, To: 4, Label: ".target", Count: 2, Retained: 2048},
		{From: 4, To: 3, Label: ".listeners", Count: 2, Retained: 100, Cycle: true},
		{From: 2, To: 6, Label: ".all", Count: 99998, Retained: 1 << 20},
		{From: 4, To: 5, Label: ".children", Count: 1, Kind: graph.Finalizer},
		{From: 3, To: 5, Label: ".pool.local[…]", Count: 1, Kind: graph.Pooled, Retained: 64},
	}
	return v
}

// Service is a picture of about n boxes as large heaps give it: some roots, a
// tree of holders, shared parts.
func Service(n int) *view.View {
	v := &view.View{Title: "why 812,344 com.acme.session.HttpSession are alive", Subtitle: []string{"2.1 GiB retained, 71 % of the reachable heap · prod-7.hprof · OpenJDK 21.0.4 · 2026-11-22 05:38 UTC"},
		Runtime: graph.RuntimeJVM, Total: 3 << 30}
	roots := max(2, n/8)
	for i := range roots {
		v.Nodes = append(v.Nodes, root([]string{"thread", "static", "JNI global"}[i%3], []string{`"http-nio-8080-exec-1" · Dispatcher.run`, "com.acme.Registry.INSTANCE", "native"}[i%3], 1+i%4))
	}
	for i := roots; i < n-1; i++ {
		v.Nodes = append(v.Nodes, obj([]string{"java.util.concurrent.ConcurrentHashMap", "com.acme.session.Store", "java.lang.Object[]", "com.acme.web.Filter$1"}[i%4], 1+i%3, uint64(16*i), uint64(2<<30/(i+1)), "0x7f12345"+view.Count(i)))
		v.Edges = append(v.Edges, view.Edge{From: i * i % max(1, i*2/3), To: i, Label: []string{".sessions", "[3]", ".table", `["…"]`}[i%4], Count: 1 + i%5, Retained: uint64(2 << 30 / (i + 1))})
	}
	v.Nodes = append(v.Nodes, target(obj("com.acme.session.HttpSession", 812344, 812344*96, 2254857830, "0x7fffffff")))
	for i := roots; i < n-1; i += 4 {
		v.Edges = append(v.Edges, view.Edge{From: i, To: n - 1, Label: ".session", Count: i, Retained: uint64(2 << 30 / (i + 1))})
	}
	for i := range roots {
		v.Edges = append(v.Edges, view.Edge{From: i, To: roots + i, Label: ".ref", Count: 1, Retained: 1 << 20})
	}
	return v
}

// Loops is boxes below each other that refer to themselves, left to right.
func Loops() *view.View {
	v := &view.View{Title: "why 201,002 main.Buffer are alive", Runtime: graph.RuntimeGo, Total: 1 << 20, Sideways: true,
		Nodes: []view.Node{root("global", "main.pool", 1), target(obj("main.Buffer", 201002, 176, 1<<20, "0xc000010000"))},
		Edges: []view.Edge{{From: 0, To: 1, Label: ".local[…].poolLocalInternal.private", Count: 1, Kind: graph.Pooled, Retained: 176},
			{From: 1, To: 1, Label: ".next", Count: 100_000, Retained: 1 << 20}}}
	for i := range 2 {
		at := len(v.Nodes)
		v.Nodes = append(v.Nodes, obj("sync.poolChainElt", 7, 336, 1<<18, "0xc0000200"+string(rune('0'+i))))
		v.Edges = append(v.Edges,
			view.Edge{From: 0, To: at, Label: ".local[…].poolLocalInternal.shared.head", Count: 1, Kind: graph.Pooled, Retained: 1 << 18},
			view.Edge{From: at, To: at, Label: ".next.v", Count: 6, Retained: 1 << 18},
			view.Edge{From: at, To: 1, Label: ".poolDequeue.vals[…].val", Count: 1016, Retained: 1 << 18})
	}
	return v
}

// All are the Views that tests draw.
func All() map[string]*view.View {
	return map[string]*view.View{"sessions": Sessions(), "goroutines": Goroutines(), "list": LinkedList(), "siblings": Siblings(5000), "mixed": Mixed(), "service": Service(60), "loops": Loops(),
		"empty": {Title: "why no main.Session is alive"}, "one": {Nodes: []view.Node{target(obj("T", 1, 1, 1, "0x1"))}}}
}

// Hostile is names that break careless writers.
var Hostile = []string{
	strings.Repeat("A", 1<<20), "</svg><script>alert(1)</script>", `back\slash \N \G \E \"`, "nul\x00nul", "\u202Ereversed\u2066", "\xff\xfeinvalid\xc3(",
	"line\nbreak\ttab\r", "]]>&amp;&lt;&#0;", "<b>html</b>", `"quoted" 'single'`, "]|}{(-->)`~~~``` *md* _x_", "\u200b\ufeff", "\ufffe\uffff", "", " ", strings.Repeat("é\u0301", 500), "---\n```\n# heading", "漢字かな交じり文", "🎉👩‍👩‍👧",
}

func HostileView() *view.View {
	v := &view.View{Title: Hostile[1], Subtitle: Hostile, LeftOut: Hostile, Total: 100, Runtime: graph.Runtime(Hostile[1])}
	for i, s := range Hostile {
		v.Nodes = append(v.Nodes,
			view.Node{Kind: view.RootNode, ID: s, Head: s, Name: s, Count: i},
			view.Node{Kind: view.NodeKind(i % 4), ID: s, Head: s, Name: s, Note: s, Value: s, Address: s, Count: -i, Retained: 1 << 60, Sized: true, Growth: -1 << 63})
		v.Edges = append(v.Edges, view.Edge{From: 2 * i, To: 2*i + 1, Label: s, Count: -1}, view.Edge{From: 2*i + 1, To: max(0, 2*i-1), Label: s, Kind: graph.RefKind(i)})
	}
	v.Edges = append(v.Edges, view.Edge{From: -1, To: 0}, view.Edge{From: 0, To: 9999})
	return v
}
