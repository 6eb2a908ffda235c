package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Cycle is the picture of a shortest cycle in one group of a [ask.CyclesAnswer],
// which must have been asked for it.
func Cycle(a *ask.CyclesAnswer) *View {
	p := a.Picture
	v := of(&p.Picture)
	v.Title = fmt.Sprintf("%s objects refer to each other in a cycle", Count(p.Group.Objects))
	if p.Group.Objects == 1 {
		v.Title = "An object refers to itself"
	}
	facts := append([]string{Bytes(p.Group.RetainedBytes) + " retained"}, infoFacts(&p.Info)...)
	v.Subtitle = []string{strings.Join(facts, " · "), a.Why}
	if !p.Group.Reachable {
		v.Subtitle = append(v.Subtitle, "no root reaches it: garbage not yet collected")
	}
	if rest := p.Group.Objects - p.Length; rest > 0 {
		v.LeftOut = append(v.LeftOut, fmt.Sprintf("%s more objects of the component; this is a shortest cycle in it", Count(rest)))
	}
	return v
}
