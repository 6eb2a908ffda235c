package hprof

import "github.com/refgraph/refgraph/graph"

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
			if t := threads[r.thread]; t != nil && t.object == r.id {
				continue // a method of the thread itself: its own root tells
			}
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
	id     graph.ThreadID
	object uint64  // its java.lang.Thread
	rank   uint8   // RankRuntime for the JVM's own
	frames []frame // newest first
}

// threads adds all threads, and returns them by serial number.
func (h *heap) threads(roots []record) map[uint32]*thread {
	out := map[uint32]*thread{}
	for i := range roots {
		r := &roots[i]
		if r.tag != subThread || out[r.thread] != nil {
			continue
		}
		t := &thread{rank: graph.RankUser, object: r.id}
		for _, id := range h.file.traces[r.frame].frames {
			t.frames = append(t.frames, h.file.frames[id])
		}
		name := ""
		if n, ok := h.index.Lookup(r.id); ok {
			name = h.threadName(n)
		}
		if systemThreads[name] {
			t.rank = graph.RankRuntime
		}
		t.id = h.b.AddThread(h.threadAt(t, uint64(r.thread), name))
		out[r.thread] = t
	}
	return out
}

// threadAt says where a thread is: in the newest frame of the program's own, or
// else in what a library started it with, such as the worker of a pool.
func (h *heap) threadAt(t *thread, serial uint64, name string) graph.Thread {
	out := graph.Thread{ID: serial, Name: h.b.String(name), Rank: t.rank, Main: name == "main"}
	for _, f := range t.frames {
		switch class := h.file.className(f.class); rankOf(class) {
		case graph.RankUser:
			out.Func, out.File, out.Line = h.place(f)
			return out
		case graph.RankLibrary:
			if class != "java.lang.Thread" {
				out.Func, out.File, out.Line = h.place(f)
			}
		}
	}
	if k := len(t.frames); k > 0 {
		out.Entry, _, _ = h.place(t.frames[k-1])
	}
	return out
}

// place is the function, file and line of a frame.
func (h *heap) place(f frame) (function, file graph.StringID, line uint32) {
	function = h.b.String(h.file.className(f.class) + "." + h.file.strings[f.method])
	return function, h.b.String(h.file.strings[f.source]), uint32(max(0, f.line))
}

// systemThreads are threads of the JVM's own.
var systemThreads = map[string]bool{
	"Finalizer": true, "Reference Handler": true, "Signal Dispatcher": true, "Common-Cleaner": true, "Attach Listener": true,
	"Notification Thread": true, "Service Thread": true, "Monitor Deflation Thread": true, "Sweeper thread": true, "Cleaner-0": true,
}

// staticRoots adds what the static fields of a class hold that is never unloaded.
func (h *heap) staticRoots(x *class) {
	for _, s := range x.Statics {
		if s.Type != typeObject {
			continue
		}
		if n, ok := h.index.Lookup(s.Value); ok {
			if s.isHidden() {
				h.b.AddRoot(graph.Root{Node: n, Kind: graph.RootRuntime, Rank: graph.RankRuntime, Var: h.b.String("constants of " + x.Name)})
				continue
			}
			h.b.AddRoot(graph.Root{Node: n, Kind: graph.RootGlobal, Rank: rankOf(x.Name), Var: h.b.String(x.Name + "." + s.Name)})
		}
	}
}

// classRoot adds a class that is never unloaded.
func (h *heap) classRoot(n graph.NodeID, x *class) {
	name := "of the JVM"
	if x != nil {
		name = x.Name
	}
	h.b.AddRoot(graph.Root{Node: n, Kind: graph.RootModule, Rank: graph.RankRuntime, Var: h.b.String(name)})
}

// frameRoot adds what a stack holds.
func (h *heap) frameRoot(n graph.NodeID, r *record, t *thread) {
	root := graph.Root{Node: n, Kind: graph.RootStack, Rank: graph.RankRuntime}
	switch r.tag {
	case subJNILocal:
		root.Kind, root.Var = graph.RootJNI, h.b.String("local reference")
	case subNativeStack:
		root.Var = h.b.String("native stack")
	case subThreadBlock:
		root.Var = h.b.String("thread block")
	}
	if t != nil {
		root.Thread, root.Rank = t.id, t.rank
	}
	if i := int(int32(r.frame)); t != nil && r.tag != subThreadBlock && r.tag != subNativeStack && i >= 0 && i < len(t.frames) {
		f := t.frames[i]
		root.Func, root.File, root.Line = h.place(f)
		root.Rank = max(root.Rank, rankOf(h.file.className(f.class)))
	} else if root.Var == 0 {
		root.Var = h.b.String("stack")
	}
	h.b.AddRoot(root)
}

// threadRoot adds a live thread.
func (h *heap) threadRoot(n graph.NodeID, t *thread) {
	root := graph.Root{Node: n, Kind: graph.RootThread, Rank: graph.RankLibrary}
	if t != nil {
		root.Thread, root.Rank = t.id, max(root.Rank, t.rank)
	}
	h.b.AddRoot(root)
}

// otherRoots are the words and kinds of the rest.
var otherRoots = map[byte]struct {
	name string
	kind graph.RootKind
	rank uint8
}{
	subJNIGlobal:  {"global reference", graph.RootJNI, graph.RankLibrary},
	subMonitor:    {"in use", graph.RootMonitor, graph.RankLibrary},
	subUnknown:    {"JVM", graph.RootUnknown, graph.RankRuntime},
	subInterned:   {"interned string", graph.RootRuntime, graph.RankRuntime},
	subFinalizing: {"waits for its finalizer", graph.RootFinalizer, graph.RankUser},
	subDebugger:   {"debugger", graph.RootRuntime, graph.RankRuntime},
	subRefCleanup: {"reference cleanup", graph.RootRuntime, graph.RankRuntime},
	subVMInternal: {"internal", graph.RootRuntime, graph.RankRuntime},
	subJNIMonitor: {"of JNI", graph.RootMonitor, graph.RankLibrary},
}

func (h *heap) otherRoot(n graph.NodeID, tag byte) {
	if o, ok := otherRoots[tag]; ok {
		if tag == subJNIGlobal && h.b.Graph().TypeName(n) == "java.lang.Object[]" {
			// The JVM's own arrays of constants; native code has no use for such.
			o.name, o.kind, o.rank = "array of constants", graph.RootRuntime, graph.RankRuntime
		}
		h.b.AddRoot(graph.Root{Node: n, Kind: o.kind, Rank: o.rank, Var: h.b.String(o.name)})
	}
}
