package lang

import (
	"regexp"

	"github.com/refgraph/refgraph/graph"
)

var julia = Language{
	Runtime: graph.RuntimeJulia, Tag: "Julia", Thread: "task", Joint: " · ",
	// The readers' words for roots are whole.
	Heads:      map[graph.RootKind]string{graph.RootGlobal: "", graph.RootModule: "module", graph.RootStack: "", graph.RootRuntime: "", graph.RootFinalizer: ""},
	Hue:        Hue{Shade{"#7b5aa6", "#b79ae0"}, Shade{"#f2edf9", "#241b33"}, Shade{"#d8c9ec", "#45345f"}},
	Collection: "bound it, or use a WeakKeyDict if the keys decide how long entries live",
	Listeners:  "remove the function where it was added; what a closure captures lives as long as the closure",
	Callback:   regexp.MustCompile(`^(Base|Core|Main)?\.?var"#`),
	Generic:    regexp.MustCompile(`^(Core\.Array|Array|Memory|Base\.Dict|Base\.IdDict|Base\.Set|Base\.RefValue)\{|^(SimpleVector|String|Symbol)$`),
	Program: regexp.MustCompile(`^(DataType|Module .*|Symbol|SimpleVector|UnionAll|Core\.(Binding|BindingPartition|CodeInstance|MethodInstance|GlobalRef|Method|MethodTable|TypeName|TypeVar|TypeMapEntry|TypeMapLevel|Union|CodeInfo|DebugInfo)|` +
		`Memory\{Core\.(UInt8|UInt16|Module)\})$`),
	Nameless: regexp.MustCompile(`^$|^(Core\.Array|Array|Memory|Base\.Dict|Base\.IdDict|Tuple|NTuple|SimpleVector|String)\b|^<`),
	Native:   "heaptrack or jemalloc's profiler tells what C libraries allocated; GC.enable_logging(true) what the collector does",
	Cycles:   tracing,
}
