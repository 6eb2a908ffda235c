package draw

import (
	"strings"
	"unicode"

	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// wrap breaks s at spaces into lines no wider than width, where words allow.
func wrap(s string, id style.Font, size, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line == "" {
			line = word
		} else if textWidth(line+" "+word, id, size) <= width {
			line += " " + word
		} else {
			lines, line = append(lines, line), word
		}
		for textWidth(line, id, size) > width { // one word alone is too wide
			parts := breakName(line, id, size, width)
			lines, line = append(lines, parts[:len(parts)-1]...), parts[len(parts)-1]
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// wrapRun breaks a text into at most so many lines no wider than width. A text
// that is still too long loses its middle: the ends of names tell most.
func wrapRun(t style.Run, width float64, most int) []style.Run {
	lines := breakName(t.S, t.Font, t.Size, width)
	if n := len([]rune(t.S)); len(lines) > max(1, most) {
		n = min(n, int(width*float64(max(1, most))/t.Size*4))
		for len(lines) > max(1, most) && n > 1 {
			n -= max(1, n/40)
			lines = breakName(view.Middle(t.S, n), t.Font, t.Size, width)
		}
	}
	out := make([]style.Run, len(lines))
	for i, l := range lines {
		out[i] = t
		out[i].S = l
	}
	return out
}

// breakName breaks a name into lines no wider than width: after the signs that
// part names, before a capital that follows a small letter, or anywhere. There is
// at least one line.
func breakName(s string, id style.Font, size, width float64) []string {
	var lines []string
	for textWidth(s, id, size) > width {
		end := fitting(s, id, size, width)
		if k := lastBreak(s[:end], s[end:]); k > end/3 {
			end = k
		}
		line := strings.TrimRight(s[:end], " ")
		if line == "" {
			line = s[:end]
		}
		lines, s = append(lines, line), strings.TrimLeft(s[end:], " ")
	}
	if s != "" || len(lines) == 0 {
		lines = append(lines, s)
	}
	return lines
}

// lastBreak is where a name may best be broken, at or before the end of what
// fits; 0 is nowhere.
func lastBreak(fits, rest string) int {
	last := 0
	r := []rune(fits + " ")
	if rest != "" {
		r[len(r)-1] = []rune(rest)[0]
	}
	at := 0
	for i := 0; i+1 < len(r); i++ {
		at += len(string(r[i]))
		a, b := r[i], r[i+1]
		switch {
		case a == ' ', b == ' ',
			strings.ContainsRune("/,;:·|&$)]}>", a) && !strings.ContainsRune(",;:)]}>.", b),
			strings.ContainsRune("([{<.", b) && a != '.' && i > 0 && !strings.ContainsRune("([{<*]", a),
			a == '_' && b != '_',
			unicode.IsLower(a) && unicode.IsUpper(b):
			last = at
		}
	}
	return last
}

// fitting returns how many bytes of s fit, at least one character.
func fitting(s string, id style.Font, size, width float64) int {
	prev := 0
	for i := range s {
		if i > 0 && textWidth(s[:i], id, size) > width {
			if prev == 0 {
				return i
			}
			return prev
		}
		prev = i
	}
	if textWidth(s, id, size) > width && prev > 0 {
		return prev
	}
	return len(s)
}
