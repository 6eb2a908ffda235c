package ticket

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is a sentence: our own words and names that come from a dump.
type Text []Span

// Span is a part of a Text.
type Span struct {
	Text  string
	Style Style
}

// Style says what a Span is.
type Style uint8

// The styles.
const (
	Plain  Style = iota // our own words
	Code                // a name, a command: shown as it is, nothing in it is interpreted
	Strong              // our own words that matter most
)

// Name is a name of a dump in [Say].
type Name string

// Bold is words that matter most in [Say].
type Bold string

// Say makes a Text of strings (plain words), [Name]s, [Bold]s and Texts.
func Say(parts ...any) Text {
	var out Text
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out = append(out, Span{p, Plain})
		case Name:
			out = append(out, Span{string(p), Code})
		case Bold:
			out = append(out, Span{string(p), Strong})
		case Text:
			out = append(out, p...)
		}
	}
	return out
}

// String is the text without styles.
func (t Text) String() string {
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text)
	}
	return b.String()
}

// longest is the most runes of a name that a comment shows.
const longest = 120

// clean makes a name one line without characters that turn or hide others, of at
// most limit runes (0: as long as it is).
func clean(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1 // bidirectional marks, joiners, private use
		}
		return r
	}, s)
	if limit > 0 && utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit-1]) + "…"
	}
	return s
}

// words splits our own sentence, in which names may stand too, into what no
// markup interprets and what it might: the second becomes code. So even a name
// that slipped into a sentence mentions nobody. start tells that it begins a line.
func words(s string, style Style, start bool) Text {
	var out Text
	add := func(s string, style Style) {
		if s == "" {
			return
		}
		if k := len(out) - 1; k >= 0 && out[k].Style == style {
			out[k].Text += s
			return
		}
		out = append(out, Span{s, style})
	}
	for i, word := range strings.Split(clean(s, 0), " ") {
		if i > 0 {
			add(" ", style)
		}
		lead, core, trail := peel(word)
		add(lead, style)
		if harmless(core) && !(start && i == 0 && core != "" && trail == ".") { // "bq." begins a quotation in textile
			add(core, style)
		} else {
			add(cut(core), Code)
		}
		add(trail, style)
	}
	return out
}

func cut(s string) string { return clean(s, longest) }

// peel takes the punctuation off a word that no markup interprets there: two
// colons in a row are no punctuation.
func peel(word string) (lead, core, trail string) {
	core = word
	if rest, ok := strings.CutPrefix(core, "("); ok && len(rest) > 2 {
		lead, core = "(", rest
	}
	for core != "" && strings.ContainsRune(",.;:)?", rune(core[len(core)-1])) && !strings.HasPrefix(core[len(core)-1:]+trail, "::") {
		trail, core = core[len(core)-1:]+trail, core[:len(core)-1]
	}
	return lead, core, trail
}

// harmless reports whether no markup of any tracker does anything with a word:
// letters and digits, with a hyphen or apostrophe between letters, or a number.
func harmless(word string) bool {
	switch word {
	case "", "%", "·", "–", "→", "…", "−":
		return true
	}
	if number(word) || moment.MatchString(word) {
		return true
	}
	digits, hex, upper := 0, true, true
	var last rune
	for _, r := range word {
		inner := r == '-' || r == '’'
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			hex = hex && strings.ContainsRune("abcdefABCDEF", r)
			upper = upper && (unicode.IsUpper(r) || digits > 0)
		case inner && last != 0 && last != '-' && last != '’':
			upper = upper && r == '-'
		default:
			return false
		}
		last = r
	}
	switch {
	case last == '-' || last == '’':
		return false
	case hex && len(word) >= 7: // a commit
		return false
	case digits > 0 && strings.Contains(word, "-") && upper: // an issue: OPS-7
		return false
	case digits > 0 && (word[0] == 'r' || word[0] == 'R') && digits == len(word)-1: // a Subversion revision
		return false
	}
	return true
}

// moment is a day or a time of day.
var moment = regexp.MustCompile(`^(\d{4}-\d\d-\d\d|\d\d:\d\d)$`)

// number recognises 1,234 and -12.5 and +3.
func number(s string) bool {
	s = strings.TrimLeft(s, "+-−")
	digits, before := 0, false
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits, before = digits+1, true
			continue
		}
		if !before || r != '.' && r != ',' {
			return false
		}
		before = false
	}
	return digits > 0 && before && digits < 16
}
