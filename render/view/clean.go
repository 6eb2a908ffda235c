package view

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths in characters. Names come from dumps, so they can be anything.
const (
	maxText     = 600 // of anything shown at full length: tooltips, JSON is not cut
	maxTypeLen  = 40
	maxLabelLen = 36
	maxNoteLen  = 72
	maxNotes    = 12 // lines of a subtitle or of what was left out
)

// cleanView returns a copy of v whose strings are safe to draw: valid UTF-8
// without control or bidirectional characters, capped, redacted.
func cleanView(v *View, redact *regexp.Regexp) *View {
	out := *v
	name := func(s string) string { return redacted(clean(s), redact) }
	out.Title, out.Verdict = name(v.Title), name(v.Verdict)
	out.Subtitle = cleanLines(v.Subtitle, name)
	out.Findings = cleanLines(v.Findings, name)
	out.LeftOut = cleanLines(v.LeftOut, name)
	out.Nodes = slices.Clone(v.Nodes)
	for i := range out.Nodes {
		n := &out.Nodes[i]
		n.clean(name, redact)
		n.Members = slices.Clone(n.Members)
		for j := range n.Members {
			n.Members[j].clean(name, redact)
		}
	}
	out.Edges = slices.Clone(sound(v).Edges)
	for i := range out.Edges {
		e := &out.Edges[i]
		e.Mark = name(e.Mark)
		e.Label, e.Count, e.Skipped = name(e.Label), max(1, e.Count), max(0, e.Skipped)
	}
	return &out
}

// Clean makes one string from a dump safe to print: valid UTF-8 without control
// or bidirectional characters, which could rewrite a terminal, and not endless.
func Clean(s string) string { return clean(s) }

func (n *Node) clean(name func(string) string, redact *regexp.Regexp) {
	n.ID = CleanID(redacted(n.ID, redact))
	n.Count = max(1, n.Count)
	n.Head, n.Name, n.Note = name(n.Head), name(n.Name), name(n.Note)
	n.Address, n.Value = clean(n.Address), clean(n.Value)
}

func cleanLines(lines []string, name func(string) string) []string {
	var out []string
	for _, l := range lines[:min(len(lines), maxNotes)] {
		if l = name(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// Clean is [Clean] and then redacts as the options say; o may be nil.
func (o *Options) Clean(s string) string { return redacted(clean(s), o.OrDefault().Redact) }

func redacted(s string, re *regexp.Regexp) string {
	if re == nil {
		return s
	}
	return re.ReplaceAllLiteralString(s, "‹redacted›")
}

// clean makes s one line of valid, visible text of at most maxText characters.
// What could not be shown is shown as U+FFFD.
func clean(s string) string {
	if len(s) > 4*maxText { // cheap cut of a huge name before looking at each character
		s = s[:2*maxText] + "…" + s[len(s)-2*maxText:]
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	marks := 0
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			if marks++; marks > 3 { // stacks of accents would climb out of their box
				return -1
			}
			return r
		}
		marks = 0
		return visible(r)
	}, s)
	return Middle(strings.TrimSpace(s), maxText)
}

func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r) || r == 0x2028 || r == 0x2029:
		return ' '
	case unicode.IsControl(r), r == 0xFFFE, r == 0xFFFF, r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return '\uFFFD'
	case r == 0x200C || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F:
		return r // joiners and variants of scripts and emoji
	case unicode.Is(unicode.Cf, r): // bidi overrides, zero width characters, tags
		return '\uFFFD'
	case r >= 0xD800 && r <= 0xDFFF:
		return '\uFFFD'
	}
	return r
}

// CleanID keeps what is safe in an XML id.
func CleanID(s string) string {
	if len(s) > 200 {
		s = s[:200]
	}
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r)) {
			return r
		}
		return '_'
	}, s)
}

// Middle shortens s to n characters with an ellipsis in the middle: the ends of
// a type's name tell most.
func Middle(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	head := (n - 1) / 2
	tail := n - 1 - head
	return string(r[:head]) + "…" + string(r[len(r)-tail:])
}
