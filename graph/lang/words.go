package lang

import (
	"sync"

	"github.com/refgraph/refgraph/graph"
)

// Words are the language of one graph, with the words of its roots. They are
// safe for concurrent use.
type Words struct {
	*Language
	g *graph.Graph

	once  sync.Once
	short map[graph.StringID]string // of functions and variables of roots
}

// Of returns the words of a graph. They stay with it; the first call for a graph
// that has its roots costs nothing, the first sentence a pass over the roots.
func Of(g *graph.Graph) *Words {
	return g.Companion("lang", func() any { return &Words{Language: For(g.Info().Runtime), g: g} }).(*Words)
}

// name is how people write a function's or variable's full name, unless two of
// the graph's would then be the same.
func (w *Words) name(id graph.StringID) string {
	if w.Short == nil {
		return w.g.String(id)
	}
	w.once.Do(w.shorten)
	if s, ok := w.short[id]; ok {
		return s
	}
	return w.g.String(id)
}

// shorten finds the short names of all functions and variables of roots that are
// not those of another.
func (w *Words) shorten() {
	full := map[graph.StringID]bool{}
	for i := range w.g.Roots() {
		r := &w.g.Roots()[i]
		full[r.Func] = true
		if r.Kind == graph.RootGlobal {
			full[r.Var] = true
		}
	}
	for i := range w.g.Threads() {
		t := &w.g.Threads()[i]
		full[t.Func], full[t.Entry] = true, true
	}
	owner := map[string]graph.StringID{} // of a short name; 0 if several
	w.short = make(map[graph.StringID]string, len(full))
	for id := range full {
		s := w.Short(w.g.String(id))
		w.short[id] = s
		if had, ok := owner[s]; ok && had != id {
			owner[s] = 0
		} else {
			owner[s] = id
		}
	}
	for id, s := range w.short {
		if owner[s] == 0 {
			delete(w.short, id)
		}
	}
}
