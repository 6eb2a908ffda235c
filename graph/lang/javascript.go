package lang

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

var javascript = Language{
	Runtime: graph.RuntimeJS, Tag: "JS", Thread: "thread", Joint: " · ",
	// The readers' words for roots are whole.
	Heads:      map[graph.RootKind]string{graph.RootGlobal: "", graph.RootModule: "", graph.RootJNI: "", graph.RootRuntime: "", graph.RootFinalizer: ""},
	Hue:        Hue{Shade{"#009e73", "#3ecfa4"}, Shade{"#e5f5f0", "#0f2d25"}, Shade{"#b9e3d6", "#1f5545"}},
	Collection: "bound it, or use a WeakMap if the keys decide how long entries live",
	Listeners:  "removeEventListener or an AbortSignal; what a closure captures lives as long as the closure",
	Callback:   regexp.MustCompile(`^closure\b|^(Function|\(closure\)|system / Context)$`),
	Generic:    regexp.MustCompile(`^(Array|Object|Map|Set|WeakMap|\(.*\)|system / .*)$`),
	Program:    regexp.MustCompile(`^(\(compiled code\)|\(object shape\)|\(symbol\)|\(system\)|system / .*|BuiltinModule|Module|ModuleRecord)$`),
	Nameless:   bare,
	Unnamed:    regexp.MustCompile(`\((variable|hidden)\)$`),
	Literal:    regexp.MustCompile(`^(Object|Array)$`),
	Native:     "process.memoryUsage() tells external memory and array buffers, heaptrack what native modules allocated",
	Cycles:     tracing,
	Doubled:    true,
	FormatID:   func(id uint64) string { return "@" + strconv.FormatUint(id, 10) },
	ParseID: func(text string) (uint64, bool) {
		id, err := strconv.ParseUint(strings.TrimPrefix(text, "@"), 10, 64)
		return id, err == nil
	},
	IDHelp: "ids are those of refgraph's output or the developer tools, as @382711; the object may be gone",
}
