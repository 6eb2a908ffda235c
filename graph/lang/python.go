package lang

import (
	"regexp"

	"github.com/refgraph/refgraph/graph"
)

var python = Language{
	Runtime: graph.RuntimePython, Tag: "Python", Thread: "thread", Joint: " · ",
	Hue:        Hue{Shade{"#b58900", "#e3b93f"}, Shade{"#fbf5e2", "#2d2610"}, Shade{"#ead9a6", "#5a4a18"}},
	Heads:      map[graph.RootKind]string{graph.RootRuntime: "interpreter"},
	Collection: "bound it (lru_cache(maxsize=…)), or hold the objects weakly (weakref.WeakValueDictionary)",
	Listeners:  "hold bound methods weakly (weakref.WeakMethod), or unregister; what a closure captures lives as long as the closure",
	Elements: []Hint{
		{regexp.MustCompile(`^functools\._lru_cache_wrapper$`), "bound the cache: lru_cache(maxsize=…), or call cache_clear()"},
		{regexp.MustCompile(`(Error|Exception|Warning)$|^traceback$|^frame( |$)`), "exceptions keep their frames: keep str(e), or clear e.__traceback__ (traceback.clear_frames)"},
		{regexp.MustCompile(`^(coroutine|async_generator)( |$)`), "await it, run it as a task, or close() it"},
	},
	Callback:  regexp.MustCompile(`^(builtins\.)?(function|method|builtin_function_or_method|partial)$|^functools\.partial$|weakref\.WeakMethod$`),
	Generic:   regexp.MustCompile(`^(builtins\.|collections\.)?(dict|list|tuple|set|frozenset|deque|OrderedDict|defaultdict|Counter|str|bytes|bytearray|mappingproxy|cell|type|module|code|function|\w+Meta|ABCMeta|EnumType)$|Meta$`),
	Text:      regexp.MustCompile(`^(str|bytes)$`),
	Container: regexp.MustCompile(`^(dict|list|set|collections\.(deque|OrderedDict|defaultdict|Counter))$`),
	Weak:      regexp.MustCompile(`^(weakref\.)?(ReferenceType|KeyedRef|WeakMethod)$`),
	Program:   regexp.MustCompile(`^(builtins\.)?(type|module|code|function|\w+_descriptor|property|staticmethod|classmethod)$|(Meta|MetaClass|ABCMeta|EnumType)$`),
	Nameless:  regexp.MustCompile(`^[^.]*$|^(generator|coroutine|async_generator|frame|_asyncio\.Task) |^(collections|types|weakref|functools|itertools|queue|builtins|array|contextvars)\.|^(_collections|_thread\.)`),
	Packages:  true,
	Main:      regexp.MustCompile(`^__main__\.`).MatchString,
	Native:    "memray run --native (or memray attach PID) tells which C code allocated it; pmap -x PID shows the mappings",
	Cycles:    "CPython frees cycles only when its cycle collector runs: until then, with gc.disable() or after gc.freeze() they stay, and finalizers in them run late",

	CyclesHarm: true, CountsRefs: true,
	IDHelp: "addresses are those of refgraph's output or id(x) in hexadecimal; the object may be gone",
}
