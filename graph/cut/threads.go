package cut

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// threads knows which goroutine or thread each root belongs to, and puts those
// that run the same function into one class: what a program starts in a loop is
// one place of it.
type threads struct {
	of    []int32 // by root: its thread, -1 for none
	class []int32 // by thread: its class; -1 until one of its roots is in the slice
	list  []threadClass
	named map[string]int32
}

// threadClass is the goroutines or threads of one function that have a root in
// the slice.
type threadClass struct {
	name  string // "main.worker"
	first *graph.Root
	count int
	main  bool // contains the thread that the program starts with
}

func newThreads(g *graph.Graph) *threads {
	t := &threads{of: make([]int32, len(g.Roots())), named: map[string]int32{}}
	type owner struct { // a frame without a thread is its own
		thread   graph.ThreadID
		function graph.StringID
	}
	ids := map[owner]int32{}
	for i := range g.Roots() {
		r := &g.Roots()[i]
		t.of[i] = -1
		of := owner{thread: r.Thread}
		if r.Thread == 0 {
			of.function = r.Func
		}
		if r.Kind != graph.RootStack && r.Kind != graph.RootThread || of == (owner{}) {
			continue
		}
		id, ok := ids[of]
		if !ok {
			id = int32(len(t.class))
			ids[of] = id
			t.class = append(t.class, -1)
		}
		t.of[i] = id
	}
	return t
}

// join puts the thread of a root in the slice into its class, and returns the
// class; -1 if the root belongs to none.
func (t *threads) join(g *graph.Graph, root int) int32 {
	id := t.of[root]
	if id < 0 || t.class[id] >= 0 {
		return t.classOf(root)
	}
	r := &g.Roots()[root]
	name, main := g.String(r.Func), false
	if th := g.Thread(r.Thread); th != nil {
		name, main = lang.Of(g).Function(th), th.Main
	}
	c, ok := t.named[name]
	if !ok {
		c = int32(len(t.list))
		t.named[name] = c
		t.list = append(t.list, threadClass{name: name, first: r})
	}
	t.class[id] = c
	t.list[c].count++
	t.list[c].main = t.list[c].main || main
	return c
}

// classOf is the class of a root's thread, -1 for none.
func (t *threads) classOf(root int) int32 {
	if id := t.of[root]; id >= 0 {
		return t.class[id]
	}
	return -1
}
