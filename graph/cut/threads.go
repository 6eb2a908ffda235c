package cut

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
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
	ids := map[string]int32{}
	for i := range g.Roots() {
		r := &g.Roots()[i]
		t.of[i] = -1
		name := threadName(g.String(r.Name))
		if r.Kind != graph.RootStack && r.Kind != graph.RootThread || name == "" {
			continue
		}
		id, ok := ids[name]
		if !ok {
			id = int32(len(t.class))
			ids[name] = id
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
	name := functionOf(g.String(r.Group))
	c, ok := t.named[name]
	if !ok {
		c = int32(len(t.list))
		t.named[name] = c
		t.list = append(t.list, threadClass{name: name, first: r})
	}
	t.class[id] = c
	t.list[c].count++
	thread := threadName(g.String(r.Name))
	t.list[c].main = t.list[c].main || thread == "goroutine 1" || thread == "thread MainThread"
	return c
}

// classOf is the class of a root's thread, -1 for none.
func (t *threads) classOf(root int) int32 {
	if id := t.of[root]; id >= 0 {
		return t.class[id]
	}
	return -1
}

// threadName is the beginning of a root's name that tells its thread.
func threadName(name string) string {
	if head, _, ok := strings.Cut(name, " · "); ok && strings.HasPrefix(head, "thread ") {
		return head
	}
	words := strings.SplitN(name, " ", 3)
	if len(words) < 2 || words[0] != "goroutine" && words[0] != "stack" {
		return ""
	}
	return words[0] + " " + words[1]
}

// functionOf is the function in a group of roots.
func functionOf(group string) string {
	parts := strings.Split(group, " · ")
	if parts[0] == "threads" && len(parts) > 1 {
		return parts[1]
	}
	return lastWord(parts[0])
}
