package view

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// Paths is the picture of why objects are alive.
func Paths(a *ask.PathsAnswer) *View {
	p := a.Picture
	v := of(&p.Picture)
	switch p.Alive {
	case 0:
		v.Title = fmt.Sprintf("No %s is alive", a.Target.Type)
	case 1:
		v.Title = fmt.Sprintf("Why this %s is alive", a.Target.Type)
	default:
		v.Title = fmt.Sprintf("Why %s %s are alive", Count(p.Alive), a.Target.Type)
	}
	var facts []string
	if t := &v.Nodes[0]; t.Sized {
		facts = append(facts, Bytes(t.Retained)+" retained", Percent(Share(t.Retained, v.Total))+" of the reachable heap")
	}
	v.Subtitle = append(v.Subtitle, strings.Join(append(facts, infoFacts(&p.Info)...), " · "))
	if s := through(p); s != "" {
		v.Subtitle = append(v.Subtitle, s)
	}
	if p.Pooled > 0 {
		v.Subtitle = append(v.Subtitle, Count(p.Pooled)+" held by nothing but pools ("+PooledWords+")")
	}
	v.LeftOut = leftOut(p)
	return v
}

// leftOut says what a picture of paths does not show.
func leftOut(p *ask.PathsPicture) (out []string) {
	if p.Ways > 0 {
		s := Count(p.Ways) + " further ways"
		if p.Lost > 0 {
			s += fmt.Sprintf(" (the shortest for %s targets)", Count(p.Lost))
		}
		out = append(out, s)
	}
	if p.Inner > 0 {
		out = append(out, Count(p.Inner)+" further ways from inside the runtime")
	}
	if p.Dead > 0 {
		out = append(out, Count(p.Dead)+" that no root reaches")
	}
	if p.Back > 0 {
		out = append(out, Count(int(p.Back))+" references back from what the targets hold")
	}
	return out
}

// through says how many targets each root reaches: "99,900 through
// main.cache · 100 through main.ch".
func through(p *ask.PathsPicture) string {
	var parts []string
	for i, t := range p.Through {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("the rest through %s more roots", Count(len(p.Through)-i)))
			break
		}
		name := "through " + cmp.Or(t.Root.Name, t.Root.Head)
		if p.Alive > 1 {
			name = Count(t.Targets) + " " + name
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " · ")
}
