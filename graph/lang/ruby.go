package lang

import (
	"regexp"

	"github.com/refgraph/refgraph/graph"
)

var ruby = Language{
	Runtime: graph.RuntimeRuby, Tag: "Ruby", Thread: "thread", Joint: " · ",
	// The readers' words for roots are whole.
	Heads:      map[graph.RootKind]string{graph.RootGlobal: "", graph.RootModule: "", graph.RootJNI: "", graph.RootRuntime: "", graph.RootFinalizer: ""},
	Hue:        Hue{Shade{"#aa3377", "#e07ab3"}, Shade{"#f8ebf2", "#331826"}, Shade{"#e6c0d5", "#5f2a48"}},
	Collection: "bound it, or use ObjectSpace::WeakMap if the keys decide how long entries live",
	Listeners:  "remove the block or method where it was added",
	Callback:   regexp.MustCompile(`^(Proc|Method)$`),
	Generic:    regexp.MustCompile(`^(Array|Hash|String|class Object)$`),
	Program:    regexp.MustCompile(`^(class |module |singleton class$|ICLASS$|IMEMO\b)`),
	Nameless:   bare,
	Native:     "jemalloc's profiler or heaptrack tells what C extensions allocated; MALLOC_ARENA_MAX=2 shows whether malloc fragments",
	Cycles:     tracing,
}
