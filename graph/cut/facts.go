package cut

import (
	"path"
	"strings"

	"github.com/refgraph/refgraph/graph"
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
	types []typeFacts
	ranks []uint8
	users map[string]bool // packages with roots of the program's own
}

func newFacts(g *graph.Graph) *facts {
	f := &facts{g: g, types: make([]typeFacts, g.Types().Len()), ranks: make([]uint8, g.Types().Len()), users: map[string]bool{"main": true, "__main__": true}}
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
		if named(f.g.Info().Runtime, name) {
			f.types[t] |= namedType
		}
		if f.g.Info().Runtime == graph.RuntimeGo && (name == "runtime.g" || name == "runtime.m") {
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
	case f.users[pkg], f.users[top] && f.g.Info().Runtime == graph.RuntimePython:
		return graph.RankUser
	case pkg == "runtime", strings.HasPrefix(pkg, "runtime/"), strings.HasPrefix(pkg, "internal/"):
		return graph.RankRuntime
	}
	return graph.RankLibrary
}

// named reports whether a type's name says what its objects are for. The types
// of containers do not: what holds them does.
func named(runtime graph.Runtime, name string) bool {
	switch runtime {
	case graph.RuntimeGo:
		return strings.Contains(name, ".") && !hasPrefix(name, goContainers) && !strings.Contains(name, " object with")
	case graph.RuntimePython:
		return strings.Contains(name, ".") && !hasPrefix(name, pythonContainers)
	case graph.RuntimeJVM:
		return strings.Contains(name, ".") && !strings.HasSuffix(name, "[]") && !hasPrefix(name, jvmContainers)
	}
	return name != "" && !hasPrefix(name, otherContainers)
}

func hasPrefix(name string, list []string) bool {
	for _, p := range list {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

var (
	goContainers = []string{"[", "*", "map[", "chan ", "<-chan", "func(", "struct {", "interface {", "list.", "ring.", "heap.",
		"sync.", "atomic.", "btree.node", "btree.Map", "btree.BTree", "btree.G", "lru.", "simplelru.", "unsafe."}
	pythonContainers = []string{"collections.", "types.", "weakref.", "functools.", "itertools.", "queue.", "builtins.", "array.", "_collections", "_thread.", "contextvars."}
	jvmContainers    = []string{"java.util.", "java.lang.ref.", "java.lang.ThreadLocal", "scala.collection.", "kotlin.collections.", "com.google.common.collect.", "it.unimi.dsi.fastutil."}
	otherContainers  = []string{"Array", "Object", "Map", "Set", "WeakMap", "Hash", "(", "system", "Function", "["}
)

// lets reports whether a root is the runtime's own account of goroutines.
func (f *facts) lets(r *graph.Root) bool {
	if f.g.Info().Runtime != graph.RuntimeGo || r.Kind != graph.RootGlobal {
		return false
	}
	name := f.g.String(r.Var)
	return name == "runtime.allgs" || name == "runtime.allgptr"
}
