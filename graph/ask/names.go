package ask

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// matchTypes returns the types with objects that the pattern names best.
func matchTypes(g *graph.Graph, used []bool, pattern string) (ids []graph.TypeID) {
	best := 1
	for t := range used {
		if !used[t] {
			continue
		}
		m := lang.MatchType(pattern, g.Types().Name(graph.TypeID(t)))
		if m > best {
			best, ids = m, ids[:0]
		}
		if m == best {
			ids = append(ids, graph.TypeID(t))
		}
	}
	return ids
}

// unknownType is the error for a name that matches nothing, with the closest
// names as its hint.
func (s *Session) unknownType(used []bool, pattern string) error {
	g := s.g
	var list []near
	want := strings.ToLower(lang.Unqualified(pattern))
	for t := range used {
		if !used[t] {
			continue
		}
		name := g.Types().Name(graph.TypeID(t))
		have := strings.ToLower(lang.Unqualified(name))
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
	for i := range list { // what is much farther off is no misspelling of the same word
		if list[i].dist > list[0].dist+1 {
			list = list[:i]
			break
		}
	}
	return &Error{What: fmt.Sprintf("no object of type %s", pattern), Do: s.nameless() + closest(list)}
}

// nameless says why types have no names, where the reader warned that they are in
// the program that wrote the dump.
func (s *Session) nameless() string {
	for _, w := range s.g.Warnings() {
		if strings.Contains(w.Effect, "--exe FILE") {
			return "add --exe FILE with the program that wrote the dump: it has the names of types; without it, "
		}
	}
	return ""
}

// near is a name that is like another.
type near struct {
	name string
	dist int
}

// mostNear is how many close names are told.
const mostNear = 5

// closest is what to do about a name that nothing has: the closest ones, one a
// line, since a name can be long and is to be copied.
func closest(list []near) string {
	switch len(list) {
	case 0:
		return "refgraph top lists the types"
	case 1:
		return "did you mean " + list[0].name + "?"
	}
	hint := "did you mean one of these?"
	for _, n := range list[:min(mostNear, len(list))] {
		hint += "\n  " + n.name
	}
	return hint
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
