package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/lang"
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
	if a.Cut != nil {
		v.Verdict = Verdict(a.Cut, a.Target.RetainedBytes)
		marks(v, &p.Picture, a.Cut)
	}
	if a.WhatIf != nil {
		v.Verdict = WhatIf(a.WhatIf, a.Cut)
	}
	if s := through(a.Cut, a.Holders, p.Roots); s != "" {
		v.Findings = append(v.Findings, s)
	}
	if p.Pooled > 0 {
		v.Subtitle = append(v.Subtitle, Count(p.Pooled)+" held by nothing but pools ("+lang.Pools+")")
	}
	v.LeftOut = leftOut(p)
	return v
}

// marks writes at each reference to cut which one it is, and at roots what they
// hold.
func marks(v *View, p *ask.Picture, c *ask.Cut) {
	for i := range p.Arrows {
		if k := p.Arrows[i].Cut; k > 0 {
			v.Edges[i].Mark = cutMark(c, k)
		}
	}
	for i := range p.Boxes {
		if b := &p.Boxes[i]; b.Kind == ask.RootBox && b.Reaches > 0 {
			words := holdWords(b.Reaches, b.Sole, c.Alive)
			if note := v.Nodes[i].Note; note != "" {
				words += " · " + note
			}
			v.Nodes[i].Note = words
		}
	}
}

// leftOut says what a picture of paths does not show.
func leftOut(p *ask.PathsPicture) (out []string) {
	if k := p.Ways - p.Inner; k > 0 {
		out = append(out, Count(k)+" further ways")
	}
	if p.Inner > 0 {
		out = append(out, Count(p.Inner)+" further ways from inside the runtime")
	}
	if p.More > 0 {
		s := " further roots that lead to what is shown"
		if p.More == 1 {
			s = " further root that leads to what is shown"
		}
		out = append(out, Count(p.More)+s)
	}
	if p.Dead > 0 {
		out = append(out, Count(p.Dead)+" that no root reaches")
	}
	return out
}

// throughRoots is how many roots are named in the findings.
const throughRoots = 3

// through says what the first roots hold: "global main.cache reaches 190, sole
// holder of 189". It reads as no partition, for it is none.
func through(c *ask.Cut, holders []ask.Holder, roots int) string {
	if c == nil || c.Alive < 2 {
		return ""
	}
	var parts []string
	for i, h := range holders {
		if i == throughRoots {
			break
		}
		parts = append(parts, h.Root.Name+" "+holdWords(h.Reaches, h.Sole, c.Alive))
	}
	if k := roots - len(parts); k > 0 && len(parts) > 0 {
		s := Count(k) + " more roots"
		if k == 1 {
			s = "1 more root"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " · ")
}

// holdWords says how many of the targets a holder reaches, and of how many it is
// the only one.
func holdWords(reaches, sole, alive int) string {
	s := "reaches " + Count(reaches)
	if reaches == alive {
		s = "reaches all"
	}
	switch {
	case sole == reaches:
		return s + ", sole holder"
	case sole == 0:
		return s + ", sole holder of none"
	}
	return s + ", sole holder of " + Count(sole)
}
