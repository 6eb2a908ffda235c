package main

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// pick returns the objects that --type and --object name, and a short name for
// them all.
func pick(g *graph.Graph, typ, object string) (set graph.Bitset, name string, err error) {
	switch {
	case typ != "" && object != "":
		return nil, "", usageError{fmt.Errorf("--type or --object, not both")}
	case typ != "":
		return pickType(g, typ)
	case object != "":
		return pickObject(g, object)
	}
	return nil, "", usageError{hintError{fmt.Errorf("which objects?"), "give --type NAME or --object 0x…; refgraph top lists the types"}}
}

func pickObject(g *graph.Graph, object string) (graph.Bitset, string, error) {
	addr, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(object), "0x"), 16, 64)
	if err != nil {
		return nil, "", usageError{fmt.Errorf("--object %s: not a hexadecimal address", object)}
	}
	n, _, ok := g.Containing(addr)
	if !ok {
		return nil, "", hintError{fmt.Errorf("no object at 0x%x", addr), "addresses are those of refgraph's output or the program's %p; the object may be gone"}
	}
	set := graph.NewBitset(g.Len())
	set.Add(n)
	return set, g.TypeName(n), nil
}

func pickType(g *graph.Graph, pattern string) (graph.Bitset, string, error) {
	used := usedTypes(g)
	want := matchTypes(g, used, pattern)
	if len(want) == 0 {
		return nil, "", unknownType(g, used, pattern)
	}
	pickOne := make([]bool, g.Types().Len())
	for _, t := range want {
		pickOne[t] = true
	}
	set := graph.NewBitset(g.Len())
	for n, t := range g.TypeColumn() {
		if pickOne[t] {
			set.Add(graph.NodeID(n))
		}
	}
	return set, commonName(g, want, pattern), nil
}

// commonName is the name of the types if they have one, otherwise the pattern.
func commonName(g *graph.Graph, types []graph.TypeID, pattern string) string {
	name := g.Types().Name(types[0])
	for _, t := range types {
		if g.Types().Name(t) != name {
			return pattern
		}
	}
	return name
}

func usedTypes(g *graph.Graph) []bool {
	used := make([]bool, g.Types().Len())
	for _, t := range g.TypeColumn() {
		used[t] = true
	}
	return used
}

// matchTypes returns the types with objects that the pattern names: by full
// name, else by unqualified name, else as a glob. A pointer type names what it
// points to, since objects are never pointers alone.
func matchTypes(g *graph.Graph, used []bool, pattern string) []graph.TypeID {
	glob := strings.ContainsAny(pattern, "*?")
	bare := strings.TrimPrefix(pattern, "*")
	for _, match := range []func(string) bool{
		func(name string) bool { return name == pattern },
		func(name string) bool { return name == bare },
		func(name string) bool { return unqualified(name) == bare },
		func(name string) bool { ok, _ := path.Match(slashes(pattern), slashes(name)); return glob && ok },
		func(name string) bool { return strings.EqualFold(unqualified(name), bare) },
	} {
		var ids []graph.TypeID
		for t := range used {
			if used[t] && match(g.Types().Name(graph.TypeID(t))) {
				ids = append(ids, graph.TypeID(t))
			}
		}
		if len(ids) > 0 {
			return ids
		}
	}
	return nil
}

// slashes lets `*` of a glob cross the separators of names, and takes brackets
// as they are.
func slashes(s string) string {
	return strings.NewReplacer("/", "\x01", "[", "\x02", "]", "\x03").Replace(s)
}

// unqualified cuts the package or module off a type name.
func unqualified(name string) string {
	base, args, _ := strings.Cut(name, "[") // type arguments have qualifiers of their own
	if base == "" || strings.ContainsAny(base, " *({") {
		return name // not a name but an expression: chan *main.Session
	}
	if i := strings.LastIndexAny(base, "./$"); i >= 0 {
		base = base[i+1:]
	}
	if args != "" {
		return base + "[" + args
	}
	return base
}

// unknownType is the error for a name that matches nothing, with the closest
// names as its hint.
func unknownType(g *graph.Graph, used []bool, pattern string) error {
	type near struct {
		name string
		dist int
	}
	var list []near
	want := strings.ToLower(unqualified(pattern))
	for t := range used {
		if !used[t] {
			continue
		}
		name := g.Types().Name(graph.TypeID(t))
		have := strings.ToLower(unqualified(name))
		d := distance(want, have)
		if strings.Contains(have, want) && want != "" {
			d = 1
		}
		if d <= 2+len(want)/3 {
			list = append(list, near{name, d})
		}
	}
	slices.SortFunc(list, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.dist, b.dist), cmp.Compare(len(a.name), len(b.name)), strings.Compare(a.name, b.name))
	})
	hint := "refgraph top lists the types"
	if len(list) > 0 {
		names := make([]string, 0, 5)
		for _, n := range list[:min(5, len(list))] {
			names = append(names, n.name)
		}
		hint = "did you mean " + strings.Join(names, ", ") + "?"
	}
	return hintError{fmt.Errorf("no object of type %s", pattern), hint}
}

// distance is the Levenshtein distance of two names, of at most 64 bytes each.
func distance(a, b string) int {
	a, b = a[:min(64, len(a))], b[:min(64, len(b))]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
