package ask

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

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
	return &Error{What: fmt.Sprintf("no object of type %s", pattern), Do: hint}
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
