package cut

import (
	"path"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// typeFacts says how the objects of a type are told apart.
type typeFacts uint8

const (
	// named types are known by their name: all objects of one are one box,
	// wherever they are. Others (slices, maps, lists' nodes, builtins) are known
	// by the place that holds them.
	namedType typeFacts = 1 << iota
	// letsGo marks the runtime's own account of goroutines, which forgets one
	// when it ends.
	letsGo
	known
)

// facts knows the types and roots of one graph. Names say what readers do not.
type facts struct {
	g     *graph.Graph
	words *lang.Words
	types []typeFacts
	ranks []uint8
	users map[string]bool // packages with roots of the program's own
}

func newFacts(g *graph.Graph) *facts {
	f := &facts{g: g, words: lang.Of(g), types: make([]typeFacts, g.Types().Len()), ranks: make([]uint8, g.Types().Len()), users: map[string]bool{"main": true, "__main__": true}}
	for i := range g.Roots() {
		r := &g.Roots()[i]
		if r.Rank >= graph.RankLibrary {
			break // they are in order of rank
		}
		switch r.Kind {
		case graph.RootGlobal: // types have the last part of the path
			f.users[path.Base(packageOf(g.String(r.Var)))] = true
		case graph.RootModule:
			top, _, _ := strings.Cut(g.String(r.Var), ".")
			f.users[top] = true
		}
	}
	return f
}

// packageOf is the package in a qualified name, "" for none.
func packageOf(name string) string {
	name, _, _ = strings.Cut(name, "[")
	slash := strings.LastIndexByte(name, '/') + 1
	if i := strings.IndexByte(name[slash:], '.'); i > 0 {
		return name[:slash+i]
	}
	return ""
}

// of returns what is known of a type, and its rank: whose it is.
func (f *facts) of(t graph.TypeID) (typeFacts, uint8) {
	if f.types[t] == 0 {
		name := f.g.Types().Name(t)
		f.types[t] = known
		if !f.words.Nameless.MatchString(name) {
			f.types[t] |= namedType
		}
		if slices.Contains(f.words.ThreadTypes, name) {
			f.types[t] |= letsGo
		}
		f.ranks[t] = f.rank(name)
	}
	return f.types[t], f.ranks[t]
}

func (f *facts) rank(name string) uint8 {
	pkg := packageOf(name)
	top, _, _ := strings.Cut(pkg, ".")
	switch {
	case f.users[pkg], f.users[top] && f.words.Packages:
		return graph.RankUser
	case pkg == "runtime", strings.HasPrefix(pkg, "runtime/"), strings.HasPrefix(pkg, "internal/"):
		return graph.RankRuntime
	}
	return graph.RankLibrary
}

// program reports whether objects of a type are the program, and no data.
func (f *facts) program(t graph.TypeID) bool {
	return f.words.Program != nil && f.words.Program.MatchString(f.g.Types().Name(t))
}

// lets reports whether a root is the runtime's own account of its threads.
func (f *facts) lets(r *graph.Root) bool {
	return r.Kind == graph.RootGlobal && slices.Contains(f.words.ThreadRoots, f.g.String(r.Var))
}
