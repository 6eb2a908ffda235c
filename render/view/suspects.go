package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Suspect is the picture of one leak suspect that was asked for with pictures: the
// path from its root to where memory accumulates, the reference to cut, and what
// comes together there.
func Suspect(s *ask.Suspect) *View {
	v := of(s.Picture)
	v.Title = fmt.Sprintf("Suspect: %s", s.Reason)
	v.Subtitle = []string{
		strings.Join(append([]string{Bytes(s.RetainedBytes) + " retained", Percent(s.Share) + " of the reachable heap"}, infoFacts(&s.Picture.Info)...), " · "),
		"usual fix: " + s.Hint,
	}
	return v
}
