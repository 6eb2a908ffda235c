package hprof

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// roots adds what holds objects from outside of the heap.
func (h *heap) roots(c *collected) {
	sticky := false
	threads := h.threads(c.roots)
	for i := range c.roots {
		r := &c.roots[i]
		n, ok := h.index.Lookup(r.id)
		if !ok {
			continue
		}
		switch r.tag {
		case subStickyClass:
			sticky = true
			h.classRoot(n, h.byID[r.id])
		case subJavaFrame, subNativeStack, subJNILocal, subThreadBlock:
			h.frameRoot(n, r, threads[r.thread])
		case subThread:
			h.threadRoot(n, threads[r.thread])
		case subHeapInfo, subUnreachable:
		default:
			h.otherRoot(n, r.tag)
		}
	}
	for _, x := range h.classes {
		if x.builtin {
			h.staticRoots(x)
			if !sticky || x.Loader != 0 {
				h.classRoot(x.node, x)
			}
		}
	}
}

// thread is a thread as its root and its stack say it.
type thread struct {
	name  string
	trace trace
	user  bool // not one of the JVM's own
}

// threads reads the names and stacks of all threads, by serial number.
func (h *heap) threads(roots []record) map[uint32]*thread {
	out := map[uint32]*thread{}
	for i := range roots {
		r := &roots[i]
		if r.tag != subThread {
			continue
		}
		t := &thread{trace: h.file.traces[r.frame]}
		if n, ok := h.index.Lookup(r.id); ok {
			t.name = h.threadName(n)
		}
		t.user = !systemThreads[t.name]
		out[r.thread] = t
	}
	return out
}

// systemThreads are threads of the JVM's own.
var systemThreads = map[string]bool{
	"Finalizer": true, "Reference Handler": true, "Signal Dispatcher": true, "Common-Cleaner": true, "Attach Listener": true,
	"Notification Thread": true, "Service Thread": true, "Monitor Deflation Thread": true, "Sweeper thread": true, "Cleaner-0": true,
}

// add adds a root with its words.
func (h *heap) addRoot(r graph.Root, name, group string) {
	r.Name = h.b.String(name)
	r.Group = r.Name
	if group != "" {
		r.Group = h.b.String(group)
	}
	h.b.AddRoot(r)
}

// staticRoots adds what the static fields of a class hold that is never unloaded.
func (h *heap) staticRoots(x *class) {
	for _, s := range x.Statics {
		if s.Type != typeObject {
			continue
		}
		if n, ok := h.index.Lookup(s.Value); ok {
			if s.isHidden() {
				h.addRoot(graph.Root{Node: n, Kind: graph.RootModule, Rank: graph.RankRuntime}, "constants of "+x.Name, "")
				continue
			}
			h.addRoot(graph.Root{Node: n, Kind: graph.RootGlobal, Rank: rankOf(x.Name)}, "static "+x.Name+"."+s.Name, "")
		}
	}
}

// classRoot adds a class that is never unloaded.
func (h *heap) classRoot(n graph.NodeID, x *class) {
	name := "a class of the JVM"
	if x != nil {
		name = "class " + x.Name
	}
	h.addRoot(graph.Root{Node: n, Kind: graph.RootModule, Rank: graph.RankRuntime}, name, "")
}

// frameRoot adds what a stack holds.
func (h *heap) frameRoot(n graph.NodeID, r *record, t *thread) {
	kind, what := graph.RootStack, ""
	switch r.tag {
	case subJNILocal:
		kind, what = graph.RootJNI, "JNI local"
	case subNativeStack:
		what = "native stack"
	case subThreadBlock:
		what = "thread block"
	}
	if t == nil {
		t = &thread{}
	}
	name, group := t.words(), "threads"
	rank := graph.RankUser
	if !t.user {
		rank = graph.RankRuntime
	}
	if i := int(int32(r.frame)); r.tag != subThreadBlock && r.tag != subNativeStack && i >= 0 && i < len(t.trace.frames) {
		f := h.file.frames[t.trace.frames[i]]
		class := h.file.className(f.class)
		where := class + "." + h.file.strings[f.method]
		group += " · " + where
		if file := h.file.strings[f.source]; file != "" && f.line > 0 {
			where += fmt.Sprintf(" (%s:%d)", file, f.line)
		}
		name += " · " + where
		rank = max(rank, rankOf(class))
	} else if what == "" {
		what = "stack"
	}
	if what != "" {
		name, group = name+" · "+what, group+" · "+what
	}
	h.addRoot(graph.Root{Node: n, Kind: kind, Rank: rank}, name, group)
}

func (t *thread) words() string {
	if t.name == "" {
		return "thread"
	}
	return fmt.Sprintf("thread %q", t.name)
}

// threadRoot adds a live thread.
func (h *heap) threadRoot(n graph.NodeID, t *thread) {
	rank := graph.RankLibrary
	if t != nil && !t.user {
		rank = graph.RankRuntime
	}
	h.addRoot(graph.Root{Node: n, Kind: graph.RootThread, Rank: rank}, t.words(), "threads")
}

// otherRoots are the words and kinds of the rest.
var otherRoots = map[byte]struct {
	name string
	kind graph.RootKind
	rank uint8
}{
	subJNIGlobal:  {"JNI global reference", graph.RootJNI, graph.RankLibrary},
	subMonitor:    {"monitor in use", graph.RootMonitor, graph.RankLibrary},
	subUnknown:    {"JVM", graph.RootUnknown, graph.RankRuntime},
	subInterned:   {"interned string", graph.RootRuntime, graph.RankRuntime},
	subFinalizing: {"waits for its finalizer", graph.RootFinalizer, graph.RankUser},
	subDebugger:   {"debugger", graph.RootRuntime, graph.RankRuntime},
	subRefCleanup: {"reference cleanup", graph.RootRuntime, graph.RankRuntime},
	subVMInternal: {"VM internal", graph.RootRuntime, graph.RankRuntime},
	subJNIMonitor: {"JNI monitor", graph.RootMonitor, graph.RankLibrary},
}

func (h *heap) otherRoot(n graph.NodeID, tag byte) {
	if o, ok := otherRoots[tag]; ok {
		h.addRoot(graph.Root{Node: n, Kind: o.kind, Rank: o.rank}, o.name, "")
	}
}
