package view

import (
	"bytes"
	"io"
	"strings"
)

// Markdown writes v for a ticket or pull request: the findings, a Mermaid
// diagram that GitHub and GitLab draw, and the text tree.
func Markdown(w io.Writer, v *View, opts *Options) error {
	o := opts.OrDefault()
	o.Color = false
	v = Trim(Choose(v, &o), o.MaxNodes)
	var b bytes.Buffer
	b.WriteString("## " + markdownText(UpperFirst(v.Title)) + "\n\n")
	if v.Verdict != "" {
		b.WriteString("- **" + markdownText(UpperFirst(v.Verdict)) + "**\n")
	}
	for _, s := range v.facts() {
		b.WriteString("- " + markdownText(s) + "\n")
	}
	for _, s := range v.footnotes() {
		b.WriteString("- " + markdownText(s) + "\n")
	}
	bare := *v
	bare.Title = "" // the heading says it
	b.WriteString("\n```mermaid\n")
	b.Write(bare.mermaid())
	b.WriteString("```\n\n<details open><summary>The same as text</summary>\n\n")
	bare.Verdict, bare.Subtitle, bare.Findings, bare.LeftOut, bare.Hidden = "", nil, nil, nil, false
	tree := bytes.TrimLeft(bare.Tree(false), "\n")
	fence := fenceFor(tree)
	b.WriteString(fence + "text\n")
	b.Write(tree)
	b.WriteString(fence + "\n\n</details>\n")
	_, err := w.Write(b.Bytes())
	return err
}

// fenceFor is longer than any run of backticks in the text.
func fenceFor(text []byte) string {
	fence := "```"
	for bytes.Contains(text, []byte(fence)) {
		fence += "`"
	}
	return fence
}

// markdownText escapes what Markdown or inline HTML would take for markup.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_[]#|~!@", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
