package view

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
)

// DOT writes v for Graphviz: HTML-like labels in the look of the pictures,
// accepted by any `dot` since 2.30.
func DOT(w io.Writer, v *View, opts *Options) error {
	o := opts.OrDefault()
	v = Trim(Choose(v, &o), o.MaxNodes)
	var b bytes.Buffer
	b.WriteString("digraph refgraph {\n")
	dir := "TB"
	if v.Sideways {
		dir = "LR"
	}
	fmt.Fprintf(&b, "  graph [rankdir=%s, fontname=\"Helvetica\", labelloc=t, labeljust=l, pad=0.3, nodesep=0.4, ranksep=0.5, bgcolor=\"white\",\n    label=<%s>];\n", dir, v.dotTitle())
	b.WriteString("  node [fontname=\"Helvetica\", fontsize=12, shape=plain];\n  edge [fontname=\"Courier\", fontsize=11, arrowsize=0.8];\n")
	for i := range v.Nodes {
		fmt.Fprintf(&b, "  n%d [%s];\n", i, v.dotNode(i))
	}
	if s := v.rankTop(); s != "" {
		b.WriteString("  " + s + "\n")
	}
	back := v.BackEdges()
	for i := range v.Edges {
		b.WriteString("  " + v.dotEdge(&v.Edges[i], back[i]) + "\n")
	}
	b.WriteString("}\n")
	_, err := w.Write(b.Bytes())
	return err
}

func (v *View) dotTitle() string {
	var b strings.Builder
	b.WriteString(`<table border="0" cellborder="0" cellspacing="0" cellpadding="1">`)
	row := func(size float64, color, s string, strong bool) {
		s = dotText(s)
		if strong {
			s = "<b>" + s + "</b>"
		}
		fmt.Fprintf(&b, `<tr><td align="left"><font point-size="%g" color="%s">%s</font></td></tr>`, size, color, s)
	}
	row(style.TitleSize, style.Palette["ink"].Light, UpperFirst(v.Title), true)
	if v.Verdict != "" {
		row(style.LineSize, style.Palette["target"].Light, UpperFirst(v.Verdict), true)
	}
	for _, s := range v.Subtitle {
		row(style.LineSize, style.Palette["soft"].Light, s, false)
	}
	for _, s := range v.footnotes() {
		row(style.LegendSize, style.Palette["faint"].Light, s, false)
	}
	b.WriteString(`<tr><td> </td></tr></table>`)
	return b.String()
}

func (v *View) dotNode(i int) string {
	n := &v.Nodes[i]
	c := v.Card(n)
	id := fmt.Sprintf("id=%q, tooltip=%q", v.Anchor(i), dotQuoted(strings.ReplaceAll(v.Tooltip(n), "\n", ", ")))
	if n.Kind == RootNode {
		var lines []string
		for _, r := range c.Rows {
			lines = append(lines, dotRun(r.Left))
		}
		return fmt.Sprintf(`shape=hexagon, style=filled, fillcolor="%s", margin="0.05,0.05", %s, label=<%s>`, style.Palette["root"].Light, id, strings.Join(lines, "<br/>"))
	}
	var b strings.Builder
	border := max(1, int(c.Look.Width+0.5))
	fmt.Fprintf(&b, `<table border="%d" cellborder="0" cellspacing="0" cellpadding="3" color="%s" bgcolor="%s" style="rounded">`, border, style.Palette[c.Look.Line].Light, style.Palette[c.Look.Fill].Light)
	for _, r := range c.Rows {
		switch {
		case r.Bar:
			b.WriteString(`<tr><td colspan="2" align="left">` + dotBar(r.Share, c.Look) + `</td></tr>`)
		case r.Right.S != "":
			b.WriteString(`<tr><td align="left">` + dotRun(r.Left) + `</td><td align="right">` + dotRun(r.Right) + `</td></tr>`)
		default:
			b.WriteString(`<tr><td align="left" colspan="2">` + dotRun(r.Left) + `</td></tr>`)
		}
	}
	b.WriteString(`</table>`)
	return id + ", label=<" + b.String() + ">"
}

func dotBar(share float64, l Look) string {
	full := int(style.BarLength*share + 0.5)
	cell := func(w int, p style.Paint) string {
		if w == 0 {
			return ""
		}
		return fmt.Sprintf(`<td bgcolor="%s" width="%d" height="%d" fixedsize="true"></td>`, style.Palette[p].Light, w, style.BarHeight)
	}
	frame := fmt.Sprintf(`<table border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true" width="%d" height="%d"><tr>`, style.BarLength, style.BarHeight)
	return frame + cell(full, l.Bar) + cell(style.BarLength-full, l.Rest) + `</tr></table>`
}

// maxRunLen is how long a name is in a format that does not break lines.
const maxRunLen = 60

func dotRun(t style.Run) string {
	s := dotText(Middle(t.S, maxRunLen))
	if t.Font == style.Bold {
		s = "<b>" + s + "</b>"
	}
	face := ""
	if t.Font == style.Mono {
		face = ` face="Courier"`
	}
	return fmt.Sprintf(`<font point-size="%g" color="%s"%s>%s</font>`, t.Size, style.Palette[t.Paint].Light, face, s)
}

// dotText escapes for an HTML-like label. An empty one would be an error.
func dotText(s string) string {
	if s == "" {
		return " "
	}
	return strings.ReplaceAll(style.Escape(s), `\`, "&#92;")
}

// dotQuoted escapes for a quoted attribute, in which Graphviz expands \N.
func dotQuoted(s string) string { return lookalikes.Replace(s) }

// lookalikes stand in for characters that a format has no escape for.
var lookalikes = strings.NewReplacer(`\`, "⧵", `"`, "″", "<", "‹", ">", "›")

func (v *View) dotEdge(e *Edge, back bool) string {
	ink, dash := e.Look()
	font := style.Paint("ink")
	if e.Cycle || e.Suspect {
		font = "target-ink"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `n%d -> n%d [penwidth=%.2g, color="%s", fontcolor="%s"`, e.From, e.To, e.Width(v.Total), style.Palette[ink].Light, style.Palette[font].Light)
	if lines := v.EdgeWords(e); len(lines) > 0 {
		for i := range lines {
			lines[i] = "&nbsp;" + dotText(lines[i])
		}
		b.WriteString(", label=<" + strings.Join(lines, `<br align="left"/>`) + `<br align="left"/>>`)
	}
	switch dash {
	case style.Dashed:
		b.WriteString(`, style=dashed, arrowhead=empty`)
	case style.Dotted:
		b.WriteString(`, style=dotted`)
	}
	if back {
		b.WriteString(", constraint=false")
	}
	return b.String() + "];"
}
