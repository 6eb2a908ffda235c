package main

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// fitWriter breaks lines that are wider than the terminal between words, and goes
// on below where their text begins. A word that is too long stays whole: it is a
// name to be copied.
type fitWriter struct {
	w     io.Writer
	width int
	rest  []byte // of a line that has not ended
}

func (f *fitWriter) Write(p []byte) (int, error) {
	f.rest = append(f.rest, p...)
	end := bytes.LastIndexByte(f.rest, '\n')
	if end < 0 {
		return len(p), nil
	}
	var out strings.Builder
	for line := range strings.SplitSeq(string(f.rest[:end]), "\n") {
		out.WriteString(fitLine(line, f.width))
		out.WriteByte('\n')
	}
	f.rest = append(f.rest[:0], f.rest[end+1:]...)
	_, err := io.WriteString(f.w, out.String())
	return len(p), err
}

// Flush writes what has no end of line.
func (f *fitWriter) Flush() error {
	_, err := io.WriteString(f.w, fitLine(string(f.rest), f.width))
	f.rest = nil
	return err
}

func (f *fitWriter) Unwrap() io.Writer { return f.w }

// commandIndent is before commands that are to be copied.
const commandIndent = "  "

// leastWidth is the width below which nothing is fitted: a column of single words
// reads worse than broken lines.
const leastWidth = 30

// fit makes standard output fit the terminal; the result ends it.
func (a *app) fit(width int) (done func() error) {
	if width < leastWidth {
		return func() error { return nil }
	}
	f := &fitWriter{w: a.out, width: width}
	a.out = f
	return f.Flush
}

// terminalWidth is that of the terminal that standard output is; 0 if it is none.
func (a *app) terminalWidth() int {
	f, ok := fileOf(a.out)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// fitLine is a line with breaks. A command to copy has none.
func fitLine(line string, width int) string {
	if shownWidth(line) <= width || strings.HasPrefix(line, commandIndent+"refgraph ") {
		return line
	}
	under := hanging(line, width)
	var b strings.Builder
	for first := true; ; first = false {
		room := width
		if !first {
			b.WriteString("\n" + under)
			room -= shownWidth(under)
		}
		head, rest := breakAt(line, room, first)
		b.WriteString(head)
		if rest == "" {
			return b.String()
		}
		line = rest
	}
}

// breakAt cuts a line at the last space that leaves it no wider than the room, or
// at the first one behind if there is none; not within what it begins with.
func breakAt(line string, room int, first bool) (head, rest string) {
	if shownWidth(line) <= room {
		return line, ""
	}
	start := 0
	if first {
		start = prefixLen(line)
	}
	cut := -1
	for i := start; i < len(line); i++ {
		if line[i] != ' ' || i == start {
			continue
		}
		if shownWidth(line[:i]) > room && cut >= 0 {
			break
		}
		cut = i
		if shownWidth(line[:i]) > room {
			break
		}
	}
	if cut < 0 {
		return line, ""
	}
	return strings.TrimRight(line[:cut], " "), strings.TrimLeft(line[cut:], " ")
}

// prefixLen is how many bytes of a line come before its text: spaces and the lines
// of a tree.
func prefixLen(line string) int {
	return len(line) - len(strings.TrimLeft(line, " │├╰╭┬─→↓"))
}

// hanging is what lines go on with below: the branches of a tree that go on, and
// spaces up to where the text is. The text of a table is its last column.
func hanging(line string, width int) string {
	n := prefixLen(line)
	var b strings.Builder
	for _, r := range line[:n] {
		switch r {
		case '│', '├', '┬':
			b.WriteRune('│')
		default:
			b.WriteByte(' ')
		}
	}
	column := shownWidth(b.String()) + 2
	if number, _, ok := strings.Cut(line[n:], ". "); ok && strings.Trim(number, "0123456789") == "" {
		column = shownWidth(b.String()) + len(number) + 2 // of a list
	}
	for i := n; i+2 < len(line); i++ {
		if at := shownWidth(line[:i+2]); line[i:i+2] == "  " && line[i+2] != ' ' && at <= width/2 {
			column = at
		}
	}
	return b.String() + strings.Repeat(" ", max(0, column-shownWidth(b.String())))
}

// shownWidth is how many columns a text takes; ANSI styles take none.
func shownWidth(s string) int {
	if strings.IndexByte(s, 0x1b) >= 0 {
		var b strings.Builder
		for s != "" {
			style := strings.Index(s, "\x1b[")
			if style < 0 {
				b.WriteString(s)
				break
			}
			b.WriteString(s[:style])
			end := strings.IndexByte(s[style:], 'm')
			if end < 0 {
				break
			}
			s = s[style+end+1:]
		}
		s = b.String()
	}
	if len(s) == utf8.RuneCountInString(s) {
		return len(s)
	}
	return uniseg.StringWidth(s)
}
