package ticket

import (
	"fmt"
	"html"
	"strings"
)

// markdown is GitHub's Markdown and what others make of it.
type markdown struct {
	name     string
	most     int
	img      bool // <img width> shows a picture; otherwise ![alt](src)
	details  bool // <details> folds
	collapse bool // {{collapse}} folds: Redmine
	comment  bool // HTML comments are hidden
	mermaid  bool // fences in mermaid are drawn
	svg      bool // <img> shows an SVG
	sized    bool // ![alt](src){width=…}
	noBar    bool // \| in a table ends the cell
}

// GitHubMarkdown is GitHub's own.
func GitHubMarkdown() Markup {
	return markdown{name: "github", most: 60_000, img: true, details: true, comment: true, mermaid: true, svg: true}
}

// GitLabMarkdown is GitLab's.
func GitLabMarkdown() Markup {
	return markdown{name: "gitlab", most: 900_000, details: true, comment: true, mermaid: true, sized: true}
}

// GiteaMarkdown is Gitea's and Forgejo's.
func GiteaMarkdown() Markup {
	return markdown{name: "gitea", most: 60_000, img: true, details: true, comment: true, mermaid: true, svg: true}
}

// CommonMark is what Redmine calls CommonMark Markdown.
func CommonMark() Markup {
	return markdown{name: "common_mark", most: 60_000, img: true, details: true, comment: true}
}

// OldMarkdown is what Redmine calls Markdown: without HTML, so without a picture's
// width and without a hidden line.
func OldMarkdown() Markup {
	return markdown{name: "markdown", most: 60_000, collapse: true, noBar: true}
}

func (m markdown) Name() string { return m.name }
func (m markdown) Ext() string  { return ".md" }
func (m markdown) Most() int    { return m.most }

// Sized implements Markup.
func (m markdown) Sized() bool { return m.img || m.sized }

func (m markdown) Inline(t Text) string { return m.inline(t, false) }

func (m markdown) inline(t Text, cell bool) string {
	code := func(name string) string {
		if cell && m.noBar {
			name = strings.ReplaceAll(name, "|", "¦")
		}
		return codeSpan(name, cell)
	}
	return inline(t, code, func(words string) string { return "**" + words + "**" })
}

// codeSpan is fenced by one backtick more than it holds in a row.
func codeSpan(name string, cell bool) string {
	name = cut(name)
	if strings.Trim(name, " ") == "" {
		name = "(blank)"
	}
	fence := strings.Repeat("`", longestRun(name)+1)
	pad := ""
	if name[0] == '`' || name[len(name)-1] == '`' || name[0] == ' ' || name[len(name)-1] == ' ' {
		pad = " "
	}
	if cell { // after a backslash, trackers do not agree on what \| is
		name = strings.ReplaceAll(strings.ReplaceAll(name, `\|`, `\¦`), "|", `\|`)
	}
	return fence + pad + name + pad + fence
}

// longestRun is how many backticks stand in a row.
func longestRun(s string) (longest int) {
	run := 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

func (m markdown) Heading(t Text) string { return "### " + m.Inline(t) }

func (m markdown) Table(head [2]string, rows [][2]Text) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s |\n|---|--:|", head[0], head[1])
	for _, r := range rows {
		fmt.Fprintf(&b, "\n| %s | %s |", m.inline(r[0], true), m.inline(r[1], true))
	}
	return b.String()
}

func (m markdown) Steps(list []Text) string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = fmt.Sprintf("%d. %s", i+1, m.Inline(t))
	}
	return strings.Join(out, "\n")
}

func (m markdown) Picture(src, alt string, width int) string {
	alt = clean(alt, 600)
	if m.img {
		return fmt.Sprintf(`<img src="%s" width="%d" alt="%s">`, html.EscapeString(src), width, html.EscapeString(alt))
	}
	size := ""
	if m.sized {
		size = fmt.Sprintf("{width=%d}", width)
	}
	return fmt.Sprintf("![%s](%s)%s", bracketed(alt), src, size)
}

// Vector implements Markup.
func (m markdown) Vector(label, src, alt string, width int) (string, bool) {
	if !m.svg {
		return "", false
	}
	return m.folded(label, m.Picture(src, alt, width)), true
}

// bracketed makes the alternative text of a Markdown picture: what could end it
// or be anything else becomes a blank.
func bracketed(alt string) string {
	return strings.Join(strings.FieldsFunc(alt, func(r rune) bool {
		return strings.ContainsRune(" \\[]()`<>*_~@#!$&{}|:\"'", r)
	}), " ")
}

func (m markdown) fence(info, text string) string {
	text = lines(text)
	f := strings.Repeat("`", max(3, longestRun(text)+1))
	return f + info + "\n" + text + "\n" + f
}

func (m markdown) Folded(label, text string) string { return m.folded(label, m.fence("text", text)) }

func (m markdown) folded(label, block string) string {
	switch {
	case m.details:
		return "<details>\n<summary>" + label + "</summary>\n\n" + block + "\n\n</details>"
	case m.collapse:
		return "{{collapse(" + label + ")\n" + block + "\n}}"
	}
	return "**" + label + "**\n\n" + block
}

func (m markdown) Facts(label string, list []Fact) string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = "- " + f.Name + ": " + m.Inline(f.Value)
	}
	return m.folded(label, strings.Join(out, "\n"))
}

func (m markdown) Link(label, src string) string { return "[" + label + "](" + src + ")" }

func (m markdown) Hidden(marker string) (string, bool) {
	if m.comment {
		return "<!-- " + marker + " -->", false
	}
	return marker, true
}

func (m markdown) Diagram(source string) (string, bool) {
	return m.fence("mermaid", source), m.mermaid
}
