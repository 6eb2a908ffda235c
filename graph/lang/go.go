package lang

import (
	"regexp"

	"github.com/refgraph/refgraph/graph"
)

var golang = Language{
	Runtime: graph.RuntimeGo, Tag: "Go", Thread: "goroutine", Joint: " ",
	Spawns:     true,
	Running:    []string{"running", "runnable", "preempted"},
	Hue:        Hue{Shade{"#0072b2", "#56b4e9"}, Shade{"#e8f2f9", "#12293a"}, Shade{"#c6deed", "#24455d"}},
	Heads:      map[graph.RootKind]string{graph.RootRuntime: "runtime"},
	Collection: "bound it or delete entries when they are done with; weak.Pointer values let the collector do it",
	Listeners:  "return a function that unregisters, and call it; what a closure captures lives as long as the closure",
	Callback:   regexp.MustCompile(`^func[ (]|^func$|\.func\d+`),
	Generic:    regexp.MustCompile(`^(\[|map\[|chan |func\b|struct ?\{|string$)`),
	Main:       regexp.MustCompile(`^main\.`).MatchString,
	Timer:      regexp.MustCompile(`^runtime\.timeTimer$`),
	Insides:    []Inside{{regexp.MustCompile(`^sync\.indirect\[`), "sync.Map"}},
	Nameless: regexp.MustCompile(`^[^.]*$| object with|^(\[|\*|map\[|chan |<-chan|func\(|struct \{|interface \{|unsafe\.|` +
		`(container/)?(list|ring|heap)\.|sync\.|(sync/)?atomic\.|btree\.(node|Map|BTree|G)|(simple)?lru\.|internal\.(Entry|LruList)\[)`),
	ThreadTypes: []string{"runtime.g", "runtime.m"},
	ThreadRoots: []string{"runtime.allgs", "runtime.allgptr"},
	Text:        regexp.MustCompile(`^(string|\[\]byte|\[\]uint8)$`),
	Native:      "jemalloc's profiler or heaptrack tells what C code (cgo) allocated, pmap -x PID what is mapped; no Go profile knows either",
	Cycles:      "Go's tracing collector frees cycles that no root reaches; only a cycle with an object that has a finalizer (runtime.SetFinalizer) is never freed",
	Short:       GoName,
	IDHelp:      "addresses are those of refgraph's output or the program's %p; the object may be gone",
}
