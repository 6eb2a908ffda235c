package graphtest

import "github.com/refgraph/refgraph/graph"

// HeldList builds a doubly linked list of n objects, held by a root at both
// ends: the normal heap on which fix-point dominator algorithms are quadratic.
func HeldList(n int) *graph.Graph {
	b := graph.NewBuilder(graph.Info{Name: "list", Format: "synthetic"}, graph.NoLabels)
	must(b.SetCount(n))
	t := b.Types().Intern("list.Element")
	for i := range n {
		b.SetNode(graph.NodeID(i), t, 48, 0)
	}
	must(b.BuildRows(noCancel, 0, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for i := lo; i < hi; i++ {
			if int(i)+1 < n {
				w.Add(i+1, 0)
			}
			if i > 0 {
				w.Add(i-1, 0)
			}
			w.Next()
		}
		return nil
	}))
	addRoot(b, "list.head", 0)
	addRoot(b, "list.tail", graph.NodeID(n-1))
	g, err := b.Build(nil)
	must(err)
	return g
}

func addRoot(b *graph.Builder, name string, n graph.NodeID) {
	b.AddRoot(graph.Root{Node: n, Var: b.String(name)})
}

// sessionParts is the number of objects of one session.
const sessionParts = 20

// sessionTree is the part that holds each part of a session. Part 0 is the
// session itself.
var sessionTree = [sessionParts]graph.NodeID{0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 10, 11, 16}

// Sessions builds about n objects with 1.37 references each, shaped like a
// server's heap: a map whose groups hold sessions of 20 objects, that are also
// in a doubly linked list, refer back from their parts, share a configuration
// and refer to another session now and then. Objects lie as an allocator with
// size classes puts them: the parts of one session are far apart, the same part
// of neighbouring sessions is close.
func Sessions(n int) *graph.Graph {
	s := graph.NodeID(max(1, n/sessionParts))
	groups := (s + 7) / 8
	var (
		first  = s * sessionParts // of the groups
		dir    = first + groups   // the map's directory
		cache  = dir + 1
		config = cache + 1
		total  = int(config) + 1
	)
	b := graph.NewBuilder(graph.Info{Name: "sessions", Format: "synthetic", Runtime: graph.RuntimeGo, PointerSize: 8}, graph.NoLabels)
	must(b.SetCount(total))
	for part := range graph.NodeID(sessionParts) {
		t := b.Types().Intern([]string{"main.Session", "main.User", "[]uint8", "main.Item", "string"}[min(part, 4)])
		for i := range s {
			b.SetNode(part*s+i, t, uint64(16+part*8), int64(i)*1000)
		}
	}
	for i := first; i < dir; i++ {
		b.SetNode(i, b.Types().Intern("map.group[string]*main.Session"), 200, 0)
		b.SetInternal(i)
	}
	b.SetNode(dir, b.Types().Intern("[]*map.table"), uint64(groups)*8, 0)
	b.SetInternal(dir)
	b.SetNode(cache, b.Types().Intern("main.Cache"), 64, 0)
	b.SetNode(config, b.Types().Intern("main.Config"), 512, 0)

	session := func(w *graph.RowWriter, part, i graph.NodeID) {
		for p := part + 1; p < sessionParts; p++ {
			if sessionTree[p] == part {
				w.Add(p*s+i, 0)
			}
		}
		switch part {
		case 0:
			w.Add(config, 0)
			if i+1 < s {
				w.Add(i+1, 0)
			}
			if i > 0 {
				w.Add(i-1, 0)
			}
		case 1, 3, 16:
			w.Add(i, 0)
		case 4:
			if i%3 != 0 {
				w.Add(graph.NodeID(uint64(i)*2654435761%uint64(s)), 0)
			}
		}
	}
	must(b.BuildRows(noCancel, 0, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for id := lo; id < hi; id++ {
			switch {
			case id < first:
				session(w, id/s, id%s)
			case id < dir:
				for i := (id - first) * 8; i < min(s, (id-first)*8+8); i++ {
					w.Add(i, 0)
				}
			case id == dir:
				for i := first; i < dir; i++ {
					w.Add(i, 0)
				}
			case id == cache:
				w.Add(dir, 0)
			}
			w.Next()
		}
		return nil
	}))
	addRoot(b, "main.cache", cache)
	addRoot(b, "main.config", config)
	g, err := b.Build(nil)
	must(err)
	return g
}

// Tangle builds n objects with three references each: a binary tree that makes
// all reachable, and two references to anywhere, nine of ten of them nearby.
// It is harder than a heap, for tests of size.
func Tangle(n int) *graph.Graph {
	b := graph.NewBuilder(graph.Info{Name: "tangle", Format: "synthetic"}, graph.NoLabels)
	must(b.SetCount(n))
	t := b.Types().Intern("node")
	for i := range n {
		b.SetNode(graph.NodeID(i), t, 64, 0)
	}
	must(b.BuildRows(noCancel, 0, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for id := lo; id < hi; id++ {
			for child := 2*uint64(id) + 1; child <= 2*uint64(id)+2 && child < uint64(n); child++ {
				w.Add(graph.NodeID(child), 0)
			}
			for k := range uint64(2) {
				h := (uint64(id)*2 + k) * 0x9e3779b97f4a7c15
				to := h >> 32 * uint64(n) >> 32
				if h>>8%10 != 0 {
					to = min(uint64(n)-1, uint64(id)+h>>40%1024)
				}
				w.Add(graph.NodeID(to), 0)
			}
			w.Next()
		}
		return nil
	}))
	addRoot(b, "tangle", 0)
	g, err := b.Build(nil)
	must(err)
	return g
}
