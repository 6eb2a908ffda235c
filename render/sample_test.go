package render

import "github.com/refgraph/refgraph/graph"

// sessions is the picture of a leaking cache: three ways to 100,010 targets.
func sessions() *View {
	return &View{
		Title:    "why 100,010 *main.Session (61.0 MiB retained) are alive",
		Subtitle: []string{"61.0 MiB retained, 93 % of the reachable heap · leak.heapdump · go1.26.8 · 2026-11-22 05:38 UTC", "99,900 through global main.globalCache · 100 through global main.ch · 10 through goroutines main.worker — cut .m and .head to free 99.9 %"},
		Runtime:  graph.RuntimeGo, Total: 65 << 20, Hidden: true,
		Nodes: []Node{
			{Kind: RootNode, ID: "r-main.globalCache", Head: "global", Name: "main.globalCache", Count: 1},
			{Kind: RootNode, ID: "r-main.worker", Head: "goroutines", Name: "main.worker · s (chan receive)", Count: 10},
			{Kind: RootNode, ID: "r-main.ch", Head: "global", Name: "main.ch", Count: 1},
			{Kind: ObjectNode, ID: "o-0xc000012040", Head: "*main.Cache", Count: 1, Shallow: 40, Retained: 63858278, Sized: true, Address: "0xc000012040", Emphasis: true},
			{Kind: ObjectNode, ID: "o-0xc0000160e0", Head: "chan *main.Session", Count: 1, Shallow: 96, Retained: 1024, Sized: true, Address: "0xc0000160e0", Note: "buffer 100 of 100"},
			{Kind: TargetNode, ID: "t", Head: "*main.Session", Count: 100010, Shallow: 100010 * 80, Retained: 61 << 20, Sized: true, Address: "0xc0001a4000"},
			{Kind: ObjectNode, ID: "o-user", Head: "*main.User", Count: 100000, Shallow: 6400000, Retained: 43620761, Sized: true, Address: "0xc000300000", Held: true},
			{Kind: ObjectNode, ID: "o-meta", Head: "map[string]any", Count: 100000, Shallow: 33600000, Retained: 33449574, Sized: true, Address: "0xc000800000", Held: true},
		},
		Edges: []Edge{
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
