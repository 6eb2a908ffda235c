package ticket

import (
	"fmt"
	"strings"
)

// Markup writes the parts of a comment as one tracker understands them. Each
// method returns a whole block, without a line end. Names are data: no method
// lets one be more than text.
type Markup interface {
	// Name is what --markup calls it, Ext the extension of a file in it.
	Name() string
	Ext() string
	// Inline is a sentence within a paragraph or a list.
	Inline(t Text) string
	Heading(t Text) string
	Table(head [2]string, rows [][2]Text) string
	// Steps is a numbered list.
	Steps(list []Text) string
	// Picture shows an attachment, width points wide.
	Picture(src, alt string, width int) string
	// Sized tells that Picture obeys the width; otherwise a pixel is a point.
	Sized() bool
	// Vector shows an SVG behind a label, where a tracker shows those at all.
	Vector(label, src, alt string, width int) (string, bool)
	// Folded is a block of text behind a label, closed where the tracker can.
	Folded(label, text string) string
	// Facts is a list of names and values behind a label.
	Facts(label string, list []Fact) string
	// Link leads to an attachment.
	Link(label, src string) string
	// Hidden is the marker's line where no reader sees it; if shown, it has to be
	// put into the last line.
	Hidden(marker string) (text string, shown bool)
	// Diagram shows Mermaid source as a diagram, if the tracker can.
	Diagram(source string) (string, bool)
	// Most is the most characters of a comment.
	Most() int
}

// markups lists all of them by name.
func markups() map[string]Markup {
	out := map[string]Markup{}
	for _, m := range []Markup{GitHubMarkdown(), GitLabMarkdown(), GiteaMarkdown(), CommonMark(), OldMarkdown(), Textile{}, JiraWiki{}} {
		out[m.Name()] = m
	}
	return out
}

// MarkupNamed returns a markup by its name.
func MarkupNamed(name string) (Markup, error) {
	if m, ok := markups()[name]; ok {
		return m, nil
	}
	return nil, &UsageError{fmt.Sprintf("no markup %q", name), "textile, common_mark or markdown: what the Redmine's settings say under Text formatting"}
}

// lines cleans a text of several lines: nothing in it ends the block, nothing
// turns it round, and no line is a command to the tracker.
func lines(text string) string {
	list := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, l := range list {
		l = strings.TrimRight(clean(l, 0), " ")
		if t := strings.TrimLeft(l, " "); strings.HasPrefix(t, "/") || strings.HasPrefix(t, "}}") {
			l = "· " + l // GitLab's quick actions, the end of a Redmine macro
		}
		list[i] = l
	}
	return strings.Join(list, "\n")
}

// inline writes a sentence: names by code, and so what might be a name in a
// sentence of ours.
func inline(t Text, code, strong func(string) string) string {
	var b strings.Builder
	for i, s := range t {
		if s.Style == Code {
			b.WriteString(code(s.Text))
			continue
		}
		parts := words(s.Text, s.Style, i == 0)
		for _, w := range parts {
			switch {
			case w.Style == Code:
				b.WriteString(code(w.Text))
			case w.Style == Strong && len(parts) == 1 && strings.TrimSpace(w.Text) == w.Text:
				b.WriteString(strong(w.Text))
			default:
				b.WriteString(w.Text)
			}
		}
	}
	return b.String()
}

func starred(words string) string { return "*" + words + "*" }
