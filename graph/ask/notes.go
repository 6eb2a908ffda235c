package ask

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// refcounter is a Detailer of a runtime that counts references.
type refcounter interface {
	Refcount(n graph.NodeID) (count int64, ok bool)
}

// countsOf returns what knows a graph's reference counts; nil if nothing does.
func countsOf(g *graph.Graph) refcounter {
	d := g.Detail()
	if kept, ok := d.(interface{ Unwrap() graph.Detailer }); ok {
		d = kept.Unwrap()
	}
	counts, _ := d.(refcounter)
	return counts
}

// note is a line about an object beyond its type.
func (s *Session) note(n graph.NodeID) string {
	text := s.g.Detail().Describe(n, s.opts.Values)
	if s.counts == nil {
		return text
	}
	count := "immortal"
	if k, ok := s.counts.Refcount(n); ok {
		count = fmt.Sprintf("refcount %d", k)
	}
	if text == "" {
		return count
	}
	return text + " · " + count
}
