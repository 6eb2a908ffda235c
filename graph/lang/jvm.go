package lang

import (
	"regexp"

	"github.com/refgraph/refgraph/graph"
)

// ofJDK are the types that programs do not define: the platform's, arrays, and what
// is made at run time.
var ofJDK = regexp.MustCompile(`\[\]$|^(java|javax|jdk|sun|com\.sun)\.|\$\$|^(boolean|byte|char|short|int|long|float|double|void)$`)

var jvm = Language{
	Runtime: graph.RuntimeJVM, Tag: "JVM", Thread: "thread", Joint: " · ",
	Running:    []string{"RUNNABLE", "NEW"},
	Hue:        Hue{Shade{"#cc79a7", "#e3a3c6"}, Shade{"#faeff5", "#331f2b"}, Shade{"#efd0e0", "#5f3a4f"}},
	Heads:      map[graph.RootKind]string{graph.RootGlobal: "static", graph.RootModule: "class", graph.RootRuntime: "JVM", graph.RootFinalizer: ""},
	Collection: "bound it, or use a cache with expiry; WeakHashMap if the keys decide how long entries live",
	Listeners:  "remove the listener where it was added; hold listeners by WeakReference if nobody can",
	Ends:       "let them end: shut their executor down, interrupt them, or give what they wait for a time limit",
	Elements: []Hint{
		{regexp.MustCompile(`^java\.lang\.ThreadLocal\$ThreadLocalMap`), "call ThreadLocal.remove() when the work of a pooled thread is done"},
	},
	Known: jvmKnown,
	// A group of threads (before JDK 19), and what frees the memory of direct buffers
	// once they are collected.
	ThreadTypes: []string{"java.lang.ThreadGroup", "jdk.internal.ref.Cleaner", "sun.misc.Cleaner"},
	ThreadRoots: []string{"jdk.internal.ref.Cleaner.first", "sun.misc.Cleaner.first"},
	Callback:    regexp.MustCompile(`\$\$Lambda`),
	Generic:     regexp.MustCompile(`\[\]$|^java\.util\.|^java\.lang\.(Object|String|Class)$`),
	Main:        func(name string) bool { return !ofJDK.MatchString(name) },
	Program:     regexp.MustCompile(`^java\.lang\.Class$`),
	Nameless: regexp.MustCompile(`^[^.]*$|\[\]$|^(java\.util\.|java\.lang\.ref\.|java\.lang\.ThreadLocal|scala\.collection\.|kotlin\.collections\.|` +
		`com\.google\.common\.collect\.|it\.unimi\.dsi\.fastutil\.)`),
	Native: "jcmd PID VM.native_memory tells (after -XX:NativeMemoryTracking=summary), and jemalloc's profiler or heaptrack what native libraries allocated",
	Cycles: tracing,
	Moves:  true,
}
