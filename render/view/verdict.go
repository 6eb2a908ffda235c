package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// The kinds of places.
const (
	fieldPlace   = "field"
	threadsPlace = "threads"
)

const (
	// manyPlaces is from how many places on a cut is no advice.
	manyPlaces = 7
	// fewTargets is up to how many targets that many places hold are long-lived
	// objects of the program, and no leak.
	fewTargets = 3
	// farMore is how many times what the targets retain a cut must free for it to
	// be said.
	farMore = 2
)

// Verdict says what must let go so that the targets become garbage, and what that
// frees: "cut both: .series[…] and .hashes[…] of tsdb.stripeSeries → frees 19.9
// MiB, verified; either alone frees nothing". retained is what the targets retain.
// It is "" if nothing holds them for good.
func Verdict(a *ask.Cut, retained uint64) string {
	switch {
	case a.Alive == 0:
		return ""
	case len(a.Places) == 0:
		return "only the runtime's own account of " + cmp.Or(a.Account, "its threads") + " holds them: it lets go when they end"
	case a.Held >= manyPlaces && a.Alive <= fewTargets:
		return fmt.Sprintf("held at %s places: a long-lived object, no cut to offer", Count(a.Held))
	case a.Many || a.Held >= manyPlaces && 2*a.Stays > a.Alive:
		return noSmallCut(a)
	case len(a.Places) == 1 && a.Places[0].Conservative:
		return fmt.Sprintf("only words that look like pointers hold %s: %s. No leak by itself", them(a.Alive), placePhrase(&a.Places[0]))
	}
	return cutWords(a) + " → " + freesWords(a, retained)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func noSmallCut(a *ask.Cut) string {
	s := fmt.Sprintf("no small cut: held at %s places", Count(a.Held))
	switch k := len(a.Places); {
	case a.FreesTargets == 0:
	case k == 1:
		s += fmt.Sprintf("; one of them, %s, frees %s of %s", placePhrase(&a.Places[0]), Count(a.FreesTargets), Count(a.Alive))
	default:
		s += fmt.Sprintf("; %s of them free %s of %s", Count(k), Count(a.FreesTargets), Count(a.Alive))
	}
	return s
}

// cutWords is what must be done.
func cutWords(a *ask.Cut) string {
	verb, all := "cut", true
	for i := range a.Places {
		all = all && a.Places[i].Kind == threadsPlace
	}
	if all {
		verb = "end"
	}
	if do := doneBy(a); do != "" {
		return do
	}
	switch len(a.Places) {
	case 1:
		p := &a.Places[0]
		s := verb + " " + placePhrase(p)
		return s + detailWords(p)
	case 2:
		verb += " both: "
	default:
		verb += fmt.Sprintf(" all %d: ", len(a.Places))
	}
	return verb + placeList(a)
}

// doneBy is what makes all places let go, if one thing does.
func doneBy(a *ask.Cut) string {
	do := a.Places[0].Do
	for i := range a.Places {
		if a.Places[i].Do != do {
			return ""
		}
	}
	return do
}

// detailWords is how many references a place has, and which collections hold its
// holders.
func detailWords(p *ask.CutPlace) string {
	var parts []string
	if p.Kind != threadsPlace && p.References > 1 {
		parts = append(parts, Count(p.References)+" references")
	}
	if in := aboveWords(p); len(in) > 0 {
		parts = append(parts, "in "+listWords(in))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// aboveWords is which collections hold a place's holders, unless its name says so.
func aboveWords(p *ask.CutPlace) []string {
	return slices.DeleteFunc(slices.Clone(p.Above), func(name string) bool { return strings.HasPrefix(p.Name, name) })
}

// placeList names places, those of one holder together, with what each frees
// alone if that is worth telling.
func placeList(a *ask.Cut) string {
	none := aloneNothing(a)
	var parts []string
	said := make([]bool, len(a.Places))
	for i := range a.Places {
		if said[i] {
			continue
		}
		p := &a.Places[i]
		var refs, alone []string
		for k := i; k < len(a.Places); k++ {
			if k == i || !said[k] && partOf(p) && partOf(&a.Places[k]) && a.Places[k].Holder == p.Holder {
				refs, alone = append(refs, a.Places[k].Reference), append(alone, Bytes(a.Places[k].AloneFrees))
				said[k] = true
			}
		}
		s := placePhrase(p)
		if len(refs) > 1 {
			s = listWords(refs) + " of " + p.Holder
		} else if in := aboveWords(p); len(in) > 0 && p.Kind == fieldPlace {
			s += " in " + in[0] // where the most of them are; the picture has the rest
		}
		switch {
		case none:
		case len(alone) > 1:
			s += " (each alone: " + strings.Join(alone, ", ") + ")"
		default:
			s += " (alone: " + alone[0] + ")"
		}
		parts = append(parts, s)
	}
	if len(parts) == len(a.Places) && none {
		return listWords(parts)
	}
	return strings.Join(parts, ", ")
}

// partOf reports whether a place is a field of its holder, ".a of it".
func partOf(p *ask.CutPlace) bool {
	return p.Kind != threadsPlace && (p.Kind == fieldPlace && p.Reference != "" || strings.HasPrefix(p.Reference, "."))
}

func listWords(s []string) string {
	if len(s) < 2 {
		return strings.Join(s, "")
	}
	return strings.Join(s[:len(s)-1], ", ") + " and " + s[len(s)-1]
}

// placePhrase is a place in a sentence.
func placePhrase(p *ask.CutPlace) string {
	switch {
	case p.Do != "":
		return p.Do + ", which lets go of " + p.Name
	case p.Kind == threadsPlace && p.Threads > 1:
		return fmt.Sprintf("the %s %s", Count(p.Threads), p.Holder)
	case p.Kind == threadsPlace:
		return "the " + p.Holder
	case strings.HasPrefix(p.Reference, "."):
		return p.Reference + " of " + p.Holder
	case strings.HasPrefix(p.Reference, " ") && !strings.HasPrefix(p.Reference, " ("): // it has a name by itself
		return strings.TrimSpace(p.Reference) + " of " + p.Holder
	}
	return p.Holder + p.Reference
}

func aloneNothing(a *ask.Cut) bool {
	for i := range a.Places {
		if a.Places[i].AloneFrees > 0 {
			return false
		}
	}
	return true
}

// freesWords is what that frees.
func freesWords(a *ask.Cut, retained uint64) string {
	s := "frees " + Bytes(a.FreesBytes)
	if retained > 0 && a.FreesBytes > farMore*retained {
		s += fmt.Sprintf(", of which %s are theirs", Bytes(retained))
	}
	if a.Verified {
		s += ", verified"
	}
	switch {
	case a.Merged:
		s += " (too large to look for a cheaper one)"
	case !a.LeastCost:
		s += " (there may be a cheaper one)"
	}
	if len(a.Places) > 1 && aloneNothing(a) && doneBy(a) == "" {
		if len(a.Places) == 2 {
			s += "; either alone frees nothing"
		} else {
			s += "; none alone frees anything"
		}
	}
	if a.Stays > 0 {
		verb := "stay"
		if a.Stays == 1 {
			verb = "stays"
		}
		s += fmt.Sprintf("; %s of %s %s", Count(a.Stays), Count(a.Alive), verb)
		if len(a.Rest) > 0 {
			s += " (" + a.Rest[0].Name
			if k := len(a.Rest) - 1; k > 0 {
				s += fmt.Sprintf(" and %s more", Count(k))
			}
			s += ")"
		}
	}
	return s
}

// WhatIf says what the places that were asked for free, and what holds the rest.
func WhatIf(w *ask.WhatIf, a *ask.Cut) string {
	names := make([]string, len(w.Places))
	for i := range w.Places {
		names[i] = placePhrase(&w.Places[i])
	}
	s := "if " + listWords(names) + " let go: frees " + Bytes(w.FreesBytes)
	if w.Stays == 0 {
		return s + ", no target stays"
	}
	s += fmt.Sprintf(", %s of %s stay", Count(w.Stays), Count(a.Alive))
	for i := range w.Through {
		sep := ", "
		if i == 0 {
			sep = " through "
		}
		s += sep + placePhrase(&w.Through[i])
	}
	return s
}

// cutMark is what is written at a reference to cut.
func cutMark(a *ask.Cut, number int) string {
	if number < 1 || number > len(a.Places) {
		return ""
	}
	p := &a.Places[number-1]
	verb := "cut"
	if p.Kind == threadsPlace {
		verb = "end"
	}
	if p.When != "" {
		return "lets go when " + p.When
	}
	if len(a.Places) == 1 {
		return verb + " here"
	}
	s := fmt.Sprintf("%s %d of %d", verb, number, len(a.Places))
	if p.Sole > 0 && p.Sole < a.Alive {
		return s + fmt.Sprintf(" · sole holder of %s", Count(p.Sole))
	}
	return s + " · alone frees " + Bytes(p.AloneFrees)
}
