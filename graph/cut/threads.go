package cut

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// threads puts goroutines or threads that run the same function into one class:
// what a program starts in a loop is one place of it.
type threads struct {
	g     *graph.Graph
	class []int32 // by ThreadID: its class; -1 until one of its roots is in the slice
	list  []threadClass
	named map[string]int32
}

// threadClass is the goroutines or threads of one function that have a root in
// the slice.
type threadClass struct {
	first *graph.Thread
	count int
	main  bool // contains the thread that the program starts with
}

func newThreads(g *graph.Graph) *threads {
	t := &threads{g: g, class: make([]int32, len(g.Threads())+1), named: map[string]int32{}}
	for i := range t.class {
		t.class[i] = -1
	}
	return t
}

// join puts the thread of a root in the slice into its class, and returns the
// class; -1 if the root belongs to none.
func (t *threads) join(words *lang.Words, r *graph.Root) int32 {
	th := t.g.Thread(r.Thread)
	if th == nil || t.class[r.Thread] >= 0 {
		return t.classOf(r)
	}
	_, key := words.Task(th)
	c, ok := t.named[key]
	if !ok {
		c = int32(len(t.list))
		t.named[key] = c
		t.list = append(t.list, threadClass{first: th})
	}
	t.class[r.Thread] = c
	t.list[c].count++
	t.list[c].main = t.list[c].main || th.Main
	return c
}

// classOf is the class of a root's thread, -1 for none.
func (t *threads) classOf(r *graph.Root) int32 {
	if r.Thread == 0 || int(r.Thread) >= len(t.class) {
		return -1
	}
	return t.class[r.Thread]
}
