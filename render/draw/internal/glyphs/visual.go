package glyphs

import (
	"slices"
	"strings"
	"unicode"
)

// Visual is a line of text in the order and in the letter forms in which it is
// seen: Arabic letters are joined, and words that are written from right to left
// are turned, for a painter that puts one glyph after the other. What stands
// between such words, as dots, brackets and digits do in names of code, stays where
// it is: a name is read from left to right, word by word. Text without such letters
// is returned as it is.
func Visual(s string) string {
	if !strings.ContainsFunc(s, rightToLeft) {
		return s
	}
	r := []rune(Joined(s))
	for i := 0; i < len(r); {
		if !rightToLeft(r[i]) {
			i++
			continue
		}
		end := wordEnd(r, i)
		turn(r[i:end])
		i = end
	}
	return string(r)
}

// wordEnd is where the words that begin at i and belong together end.
func wordEnd(r []rune, i int) int {
	end := i + 1
	for k := i + 1; k < len(r); k++ {
		switch {
		case rightToLeft(r[k]), unicode.Is(unicode.Mn, r[k]):
			end = k + 1
		case r[k] != ' ' && r[k] != '_':
			return end
		}
	}
	return end
}

// turn reverses letters, each with the marks that follow it.
func turn(r []rune) {
	slices.Reverse(r)
	for i := 0; i < len(r); i++ {
		k := i
		for k < len(r) && unicode.Is(unicode.Mn, r[k]) {
			k++
		}
		if k > i && k < len(r) {
			slices.Reverse(r[i : k+1])
			i = k
		}
	}
}

func rightToLeft(r rune) bool {
	return r >= 0x590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
}

// Forms of a letter, as offsets from its isolated one.
const (
	isolated = iota
	final
	initial
	medial
)

// letter is an Arabic letter's isolated form; one that joins the letter after it
// has all four forms, one that does not the first two.
type letter struct {
	at   rune
	both bool
}

// letters are those of Unicode's block Arabic Presentation Forms-B, which has the
// letters in order, and those of Persian and Urdu in Forms-A.
var letters = func() map[rune]letter {
	out := map[rune]letter{
		0x67E: {0xFB56, true}, 0x686: {0xFB7A, true}, 0x698: {0xFB8A, false}, 0x6A9: {0xFB8E, true}, 0x6AF: {0xFB92, true}, 0x6CC: {0xFBFC, true},
		0x679: {0xFB66, true}, 0x688: {0xFB88, false}, 0x691: {0xFB8C, false}, 0x6BE: {0xFBAA, true}, 0x6C1: {0xFBA6, true}, 0x6D2: {0xFBAE, false},
	}
	at := rune(0xFE81)
	for r := rune(0x622); r <= 0x64A; r++ {
		if r > 0x63A && r < 0x641 {
			continue
		}
		both := !strings.ContainsRune("\u0622\u0623\u0624\u0625\u0627\u0629\u062F\u0630\u0631\u0632\u0648\u0649", r)
		out[r] = letter{at, both}
		if at += 2; both {
			at += 2
		}
	}
	return out
}()

// lamAlef are the isolated forms of lam with each kind of alef, which are one sign.
var lamAlef = map[rune]rune{0x622: 0xFEF5, 0x623: 0xFEF7, 0x625: 0xFEF9, 0x627: 0xFEFB}

const (
	lam     = 0x644
	tatweel = 0x640
)

// Joined writes Arabic letters in the forms that they have beside each other.
func Joined(s string) string {
	r := []rune(s)
	var out []rune
	for i := 0; i < len(r); i++ {
		l, ok := letters[r[i]]
		if !ok {
			out = append(out, r[i])
			continue
		}
		before, after := joinsNext(r, i), joinsPrevious(r, i)
		if r[i] == lam && i+1 < len(r) {
			if sign, ok := lamAlef[r[i+1]]; ok {
				if before {
					sign += final
				}
				out = append(out, sign)
				i++
				continue
			}
		}
		form := isolated
		switch {
		case before && after && l.both:
			form = medial
		case before:
			form = final
		case after && l.both:
			form = initial
		}
		out = append(out, l.at+rune(form))
	}
	return string(out)
}

// joinsNext reports whether the letter before r[i], marks aside, joins it.
func joinsNext(r []rune, i int) bool {
	for i--; i >= 0; i-- {
		if !unicode.Is(unicode.Mn, r[i]) {
			l, ok := letters[r[i]]
			return r[i] == tatweel || ok && l.both
		}
	}
	return false
}

// joinsPrevious reports whether the letter after r[i], marks aside, joins it.
func joinsPrevious(r []rune, i int) bool {
	for i++; i < len(r); i++ {
		if !unicode.Is(unicode.Mn, r[i]) {
			_, ok := letters[r[i]]
			return ok || r[i] == tatweel
		}
	}
	return false
}
