package diff

import (
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// OtherProgramError is that two dumps are not of one program: what grew from one
// to the other would mean nothing.
type OtherProgramError struct{ What string }

func (e *OtherProgramError) Error() string { return "the dumps are of two programs: " + e.What }

// SameProgram is an *OtherProgramError if two dumps are of different runtimes,
// or say that different programs ran, or if the types that each
// program defines are all different. Where a dump tells nothing of that, it is taken to be
// the same. It costs a pass over the objects.
func SameProgram(old, new *graph.Graph) error {
	a, b := old.Info(), new.Info()
	other := func(format string, args ...any) error {
		return &OtherProgramError{fmt.Sprintf(format, args...)}
	}
	if a.Runtime != b.Runtime {
		return other("%s is of %s, %s of %s", a.Name, a.Runtime, b.Name, b.Runtime)
	}
	if a.Program != "" && b.Program != "" && a.Program != b.Program {
		return other("%s is of %s, %s of %s", a.Name, a.Program, b.Name, b.Program)
	}
	if a.Program != "" && a.Program == b.Program {
		return nil
	}
	was, now := mainTypes(old), mainTypes(new)
	if len(was) == 0 || len(now) == 0 || slices.ContainsFunc(was, func(name string) bool { return slices.Contains(now, name) }) {
		return nil
	}
	return other("no type of the program is in both, %s has %s, and %s has %s", a.Name, was[0], b.Name, now[0])
}

// mainTypes are the types that the program defines, those with the most objects
// first. What has no objects now counts too.
func mainTypes(g *graph.Graph) []string {
	own := lang.Of(g).Main
	if own == nil {
		return nil
	}
	counts := make([]int, g.Types().Len())
	for _, t := range g.TypeColumn() {
		counts[t]++
	}
	var ids []graph.TypeID
	for t := range counts {
		if own(g.Types().Name(graph.TypeID(t))) {
			ids = append(ids, graph.TypeID(t))
		}
	}
	slices.SortStableFunc(ids, func(a, b graph.TypeID) int { return counts[b] - counts[a] })
	names := make([]string, len(ids))
	for i, t := range ids {
		names[i] = g.Types().Name(t)
	}
	return names
}

// HasType reports whether either dump has objects, reachable or not, of a type
// that a condition is about. Conditions about other things have theirs always.
func (c Condition) HasType(graphs ...*graph.Graph) bool {
	if c.kind != "type" {
		return true
	}
	for _, g := range graphs {
		used := make([]bool, g.Types().Len())
		for _, t := range g.TypeColumn() {
			used[t] = true
		}
		for t, ok := range used {
			if ok && Match(c.pattern, g.Types().Name(graph.TypeID(t))) {
				return true
			}
		}
	}
	return false
}
