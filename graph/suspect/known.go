package suspect

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

// Known is what is known of a leak of the runtime or of a library.
type Known struct {
	What string // what keeps what
	Link string // to who knows it
}

// markKnown labels a suspect that is a known leak, and puts it behind all others: a
// person can do little about it.
func (h *Heap) markKnown(s *Suspect) {
	for i := range lang.Of(h.Graph).Known {
		k := &lang.Of(h.Graph).Known[i]
		if h.isAt(s.Path, k) {
			s.Known, s.Hint = &Known{k.What, k.Link}, k.Fix
			s.rank, s.ranked = graph.RankResidue, true
			return
		}
	}
}

// isAt reports whether a path goes through the place of a known leak: its root and
// what that refers to, or a field on the way.
func (h *Heap) isAt(p retain.Path, k *lang.Known) bool {
	if p.Root == nil {
		return false
	}
	if k.Place.MatchString(lang.Of(h.Graph).Root(p.Root).String()) {
		return true
	}
	for i := 1; i < len(p.Steps); i++ {
		ref := strings.TrimPrefix(retain.Pattern(p.Steps[i].Ref), ".")
		if k.Place.MatchString(h.Graph.TypeName(p.Steps[i-1].Node) + "." + ref) {
			return true
		}
	}
	return false
}
