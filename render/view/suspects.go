package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Suspect is the picture of one leak suspect that was asked for with pictures: the
// ways from the roots to all of its objects, and where to cut them.
func Suspect(s *ask.Suspect) *View {
	p := s.Picture
	v := of(&p.Picture)
	v.Title = fmt.Sprintf("Suspect: %s", s.Reason)
	v.Subtitle = []string{
		strings.Join(append([]string{Bytes(s.RetainedBytes) + " retained", Percent(s.Share) + " of the reachable heap"}, infoFacts(&s.Picture.Info)...), " · "),
		"usual fix: " + s.Hint,
	}
	if known := KnownLeak(s); known != "" {
		v.Subtitle = append(v.Subtitle, known)
	}
	v.Verdict = SuspectVerdict(s)
	if s.Cut != nil && s.Cut.Alive > 0 {
		marks(v, &p.Picture, s.Cut)
	}
	if t := through(s.Cut, s.Holders, p.Roots); t != "" {
		v.Findings = append(v.Findings, t)
	}
	v.LeftOut = leftOut(p)
	return v
}

// SuspectVerdict says what must let go so that a suspect's objects become garbage;
// "" if that was not looked for.
func SuspectVerdict(s *ask.Suspect) string {
	if s.Cut == nil {
		return ""
	}
	if s.Cut.Alive == 0 {
		return "nothing to cut: no root holds them, they wait for the collector"
	}
	return Verdict(s.Cut, s.RetainedBytes)
}

// KnownLeak says that a suspect is a known leak of a library or the runtime, and who
// knows it; "" for others.
func KnownLeak(s *ask.Suspect) string {
	if s.Known == nil {
		return ""
	}
	return fmt.Sprintf("known leak: %s, see %s", s.Known.What, s.Known.Link)
}
