package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Around is the picture of objects' neighbourhood.
func Around(a *ask.AroundAnswer) *View {
	v := of(a.Picture)
	name := a.Name
	if a.Count > 1 {
		name = Count(a.Count) + " " + name
	}
	v.Title = "What " + name + " refers to"
	if a.Count > 1 {
		v.Title = "What " + name + " refer to"
	}
	if a.Inbound {
		v.Title = "What refers to " + name
	}
	steps := fmt.Sprintf("%d steps", a.Depth)
	if a.Depth == 1 {
		steps = "1 step"
	}
	v.Subtitle = []string{strings.Join(append(infoFacts(&a.Picture.Info), steps), " · ")}
	if a.Dead > 0 {
		v.Subtitle = append(v.Subtitle, fmt.Sprintf("%s of them are dead: no root reaches them, the collector has not been there yet", Count(a.Dead)))
		if a.Dead == a.Count {
			v.Subtitle[1] = "dead: no root reaches it, the collector has not been there yet"
		}
	}
	return v
}
