package suspect

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// The usual fixes, for all runtimes.
const (
	hintList      = "cut the list when its elements are done with, or keep only its newest ones"
	hintTree      = "delete from the tree what is done with, or bound it"
	hintDrop      = "see what should have removed the parts; refgraph dominators shows them"
	hintPlain     = "see whether the buffer must be kept whole; copy out what is needed of it"
	hintSpread    = "see refgraph paths for the type: each way that holds them must let go"
	hintStack     = "let them end: close their channel, cancel their context, or set a time limit"
	hintGarbage   = "see that gc is enabled and not frozen; break the cycle with weakref, or cut it where the object ends"
	hintFinalizer = "finalizers run one after the other: see what blocks them, and close objects explicitly"
)

// hints are the usual fixes in the words of a runtime: of a collection that
// only grows, and of listeners that are never removed.
var hints = map[graph.Runtime]struct{ collection, listeners string }{
	graph.RuntimeGo: {
		"bound it or delete entries when they are done with; weak.Pointer values let the collector do it",
		"return a function that unregisters, and call it; what a closure captures lives as long as the closure",
	},
	graph.RuntimePython: {
		"bound it (lru_cache(maxsize=…)), or hold the objects weakly (weakref.WeakValueDictionary)",
		"hold bound methods weakly (weakref.WeakMethod), or unregister; what a closure captures lives as long as the closure",
	},
	graph.RuntimeJVM: {
		"bound it, or use a cache with expiry; WeakHashMap if the keys decide how long entries live",
		"remove the listener where it was added; hold listeners by WeakReference if nobody can",
	},
	graph.RuntimeJS: {
		"bound it, or use a WeakMap if the keys decide how long entries live",
		"removeEventListener or an AbortSignal; what a closure captures lives as long as the closure",
	},
	graph.RuntimeRuby: {
		"bound it, or use ObjectSpace::WeakMap if the keys decide how long entries live",
		"remove the block or method where it was added",
	},
}

// elementHints are the fixes for what has one of its own, by the type of the
// elements or of an object on the path to them.
var elementHints = map[graph.Runtime][]struct {
	typ  *regexp.Regexp
	hint string
}{
	graph.RuntimePython: {
		{regexp.MustCompile(`^functools\._lru_cache_wrapper$`), "bound the cache: lru_cache(maxsize=…), or call cache_clear()"},
		{regexp.MustCompile(`(Error|Exception|Warning)$|^traceback$|^frame$`), "exceptions keep their frames: keep str(e), or clear e.__traceback__ (traceback.clear_frames)"},
		{regexp.MustCompile(`^(coroutine|async_generator)$`), "await it, run it as a task, or close() it"},
	},
	graph.RuntimeJVM: {
		{regexp.MustCompile(`^java\.lang\.ThreadLocal\$ThreadLocalMap`), "call ThreadLocal.remove() when the work of a pooled thread is done"},
	},
}

// onPath reports whether an object of a type is on the path to an object.
func (h *Heap) onPath(n graph.NodeID, typ *regexp.Regexp) bool {
	for _, s := range h.Paths.Path(n, nil).Steps {
		if typ.MatchString(h.Graph.TypeName(s.Node)) {
			return true
		}
	}
	return false
}

func (h *Heap) hint(x *holding) string {
	if h.isLinked(x) {
		return hintList
	}
	for _, e := range elementHints[h.Graph.Info().Runtime] {
		if e.typ.MatchString(h.Graph.Types().Name(x.elem)) || h.onPath(x.largest, e.typ) {
			return e.hint
		}
	}
	words, ok := hints[h.Graph.Info().Runtime]
	if !ok {
		words = hints[graph.RuntimeGo]
		words.collection = "bound it, or remove entries when they are done with"
	}
	if h.isCallback(x) {
		return words.listeners
	}
	return words.collection
}

// callbackTypes are types of functions and closures, by runtime.
var callbackTypes = map[graph.Runtime]*regexp.Regexp{
	graph.RuntimeGo:     regexp.MustCompile(`^func[ (]|^func$|\.func\d+`),
	graph.RuntimePython: regexp.MustCompile(`^(builtins\.)?(function|method|builtin_function_or_method|partial)$|^functools\.partial$|weakref\.WeakMethod$`),
	graph.RuntimeJVM:    regexp.MustCompile(`\$\$Lambda`),
	graph.RuntimeJS:     regexp.MustCompile(`^(Function|closure|\(closure\)|JSFunction|system / Context)$`),
	graph.RuntimeRuby:   regexp.MustCompile(`^(Proc|Method)$`),
}

// genericTypes are types of the language's own containers, and of what holds a
// program's constants.
var genericTypes = map[graph.Runtime]*regexp.Regexp{
	graph.RuntimeGo:     regexp.MustCompile(`^(\[|map\[|chan |func\b|struct ?\{|string$)`),
	graph.RuntimePython: regexp.MustCompile(`^(builtins\.|collections\.)?(dict|list|tuple|set|frozenset|deque|OrderedDict|defaultdict|Counter|str|bytes|bytearray|mappingproxy|cell|type|module|code|function|\w+Meta|ABCMeta|EnumType)$|Meta$`),
	graph.RuntimeJVM:    regexp.MustCompile(`\[\]$|^java\.util\.|^java\.lang\.(Object|String|Class)$`),
	graph.RuntimeJS:     regexp.MustCompile(`^(Array|Object|Map|Set|WeakMap|\(.*\)|system / .*)$`),
	graph.RuntimeRuby:   regexp.MustCompile(`^(Array|Hash|String|Class|Module)$`),
}

// isGeneric reports whether a type tells nothing of what its objects are for.
func (h *Heap) isGeneric(t graph.TypeID) bool {
	re := genericTypes[h.Graph.Info().Runtime]
	return re != nil && re.MatchString(h.Graph.Types().Name(t))
}

// programTypes are types of objects that are the program and no data: as many as
// it has classes, modules and functions, each held from many places.
var programTypes = map[graph.Runtime]*regexp.Regexp{
	graph.RuntimePython: regexp.MustCompile(`^(builtins\.)?(type|module|code|function|\w+_descriptor|property|staticmethod|classmethod)$|(Meta|MetaClass|ABCMeta|EnumType)$`),
	graph.RuntimeJVM:    regexp.MustCompile(`^java\.lang\.Class$`),
	graph.RuntimeJS:     regexp.MustCompile(`^(code|hidden|\(compiled code\)|system / (Map|SharedFunctionInfo|DescriptorArray|ScopeInfo))$`),
	graph.RuntimeRuby:   regexp.MustCompile(`^(Class|Module|IMEMO|ICLASS)$`),
}

// isProgram reports whether an object is a part of the program, or the inside of
// such a part.
func (h *Heap) isProgram(n graph.NodeID) bool {
	re := programTypes[h.Graph.Info().Runtime]
	if re == nil {
		return false
	}
	if holder, ok := h.Paths.Holder(n); ok && h.Graph.Internal(n) {
		n = holder
	}
	return re.MatchString(h.Graph.TypeName(n))
}

// listenerName is how people name callbacks in all languages.
var listenerName = regexp.MustCompile(`(?i)(listener|observer|subscriber|subscription|callback|handler|hook|watcher)s?$`)

// listenerList is a container's type with such a name, or a function type, for
// its elements: `[]main.Listener`, `map[string]func()`.
var listenerList = regexp.MustCompile(`(?i)^[^(]*[\]<.*](\w*(listener|observer|subscriber|callback|handler|hook|watcher)s?>?$|func\()`)

// isCallback reports whether the elements of a holding are functions, or are
// named as listeners are, or the container says so.
func (h *Heap) isCallback(x *holding) bool {
	if x.inline {
		return false
	}
	name := h.Graph.Types().Name(x.elem)
	if re := callbackTypes[h.Graph.Info().Runtime]; re != nil && re.MatchString(name) {
		return true
	}
	name, _, _ = strings.Cut(name, "[")
	return listenerName.MatchString(name) || listenerList.MatchString(h.Graph.Types().Name(x.holder))
}

// stackWord is what a runtime calls what has a stack.
func (h *Heap) stackWord() string {
	if h.Graph.Info().Runtime == graph.RuntimeGo {
		return "goroutine"
	}
	return "thread"
}

// mainStack is the name of what runs the program's entry, which holds the
// program's state by right.
var mainStack = map[string]bool{"goroutine 1": true, `thread "main"`: true, "thread MainThread": true, `thread "MainThread"`: true}

// stackName cuts a root's name to the goroutine or thread: `goroutine 18`.
func stackName(root string) string {
	root, _, _ = strings.Cut(root, " · ")
	if rest, ok := strings.CutPrefix(root, "goroutine "); ok {
		id, _, _ := strings.Cut(rest, " ")
		return "goroutine " + id
	}
	return root
}

// withoutVariable cuts the variable out of a group's name, and leaves the state:
// `goroutines main.worker · s (select)` becomes `goroutines main.worker (select)`.
func withoutVariable(group string) string {
	i := strings.LastIndex(group, " · ")
	if i < 0 {
		return group
	}
	state := ""
	if j := strings.LastIndex(group[i:], " ("); j >= 0 {
		state = group[i+j:]
	}
	return group[:i] + state
}

// isBacklog reports whether a finalizer root is of objects that are dead and
// wait: Go also has roots for the finalizers of live objects.
func (h *Heap) isBacklog(group string) bool {
	return h.Graph.Info().Runtime != graph.RuntimeGo || strings.HasPrefix(group, "queued ")
}

// count writes a number with commas.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
