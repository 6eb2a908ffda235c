package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Around is the picture of objects' neighbourhood.
func Around(a *ask.AroundAnswer) *View {
	v := of(a.Picture)
	v.Title = "What " + a.Name + " refers to"
	if a.Inbound {
		v.Title = "What refers to " + a.Name
	}
	v.Subtitle = []string{strings.Join(append(infoFacts(&a.Picture.Info), fmt.Sprintf("%d steps", a.Depth)), " · ")}
	if a.More > 0 {
		v.LeftOut = append(v.LeftOut, fmt.Sprintf("%s more %s; refgraph paths merges them all", Count(a.More), a.Name))
	}
	return v
}
