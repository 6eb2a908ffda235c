package ask

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// pick returns the objects that a type and an object name, and a short name for
// them all.
func (s *Session) pick(typ, object string) (set graph.Bitset, name string, err error) {
	switch {
	case typ != "" && object != "":
		return nil, "", wrong("--type or --object, not both", "")
	case typ != "":
		return s.pickType(typ)
	case object != "":
		n, err := findObject(s.g, object)
		if err != nil {
			return nil, "", err
		}
		set = graph.NewBitset(s.g.Len())
		set.Add(n)
		return set, s.g.TypeName(n), nil
	}
	return nil, "", wrong("which objects?", "give --type NAME or --object ADDRESS; refgraph top lists the types")
}

// findObject returns the object with an id, or at or around an address.
func findObject(g *graph.Graph, object string) (graph.NodeID, error) {
	words := lang.Of(g)
	at, err := words.ParseID(object)
	if err != nil {
		return graph.None, wrong("--object "+err.Error(), words.Help())
	}
	n, ok := g.Find(at)
	if !ok && words.Within() {
		n, _, ok = g.Containing(at)
	}
	if !ok {
		return graph.None, &Error{What: "no object " + object, Do: words.Help()}
	}
	return n, nil
}

func (s *Session) pickType(pattern string) (graph.Bitset, string, error) {
	g := s.g
	used := usedTypes(g)
	want := matchTypes(g, used, pattern)
	if len(want) == 0 {
		return nil, "", s.unknownType(used, pattern)
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

// ofTypes is a test for the types that a pattern names; nil for no pattern.
func (s *Session) ofTypes(pattern string) (func(graph.NodeID) bool, error) {
	if pattern == "" {
		return nil, nil
	}
	set, _, err := s.pickType(pattern)
	if err != nil {
		return nil, err
	}
	return set.Has, nil
}
