package render

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// DOT writes v for Graphviz: HTML-like labels in the look of the pictures,
// accepted by any `dot` since 2.30.
func DOT(w io.Writer, v *View, opts *Options) error {
	o := opts.orDefault()
	v = Trim(choose(v, &o), o.MaxNodes)
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
	if roots := newPlan(v).topRoots(); len(roots) > 0 {
		b.WriteString("  { rank=source; " + strings.Join(roots, "; ") + " }\n")
	}
	back := v.backEdges()
	for i := range v.Edges {
		b.WriteString("  " + dotEdge(&v.Edges[i], v.Total, back[i]) + "\n")
	}
	b.WriteString("}\n")
	_, err := w.Write(b.Bytes())
	return err
}

func (v *View) dotTitle() string {
	var b strings.Builder
	b.WriteString(`<table border="0" cellborder="0" cellspacing="0" cellpadding="1">`)
	row := func(size int, color, s string, strong bool) {
		s = dotText(s)
		if strong {
			s = "<b>" + s + "</b>"
		}
		fmt.Fprintf(&b, `<tr><td align="left"><font point-size="%d" color="%s">%s</font></td></tr>`, size, color, s)
	}
	row(titleSize, palette["ink"].light, upperFirst(v.Title), true)
	for _, s := range v.Subtitle {
		row(lineSize, palette["soft"].light, s, false)
	}
	for _, s := range v.footnotes() {
		row(legendSize, palette["faint"].light, s, false)
	}
	b.WriteString(`<tr><td> </td></tr></table>`)
	return b.String()
}

func (v *View) dotNode(i int) string {
	n := &v.Nodes[i]
	c := v.card(n)
	id := fmt.Sprintf("id=%q, tooltip=%q", nodeID(n, i), dotQuoted(strings.ReplaceAll(v.tooltip(n), "\n", ", ")))
	if n.Kind == RootNode {
		var lines []string
		for _, r := range c.rows {
			lines = append(lines, dotRun(r.left))
		}
		return fmt.Sprintf(`shape=hexagon, style=filled, fillcolor="%s", margin="0.05,0.05", %s, label=<%s>`, palette["root"].light, id, strings.Join(lines, "<br/>"))
	}
	var b strings.Builder
	border := max(1, int(c.look.width+0.5))
	fmt.Fprintf(&b, `<table border="%d" cellborder="0" cellspacing="0" cellpadding="3" color="%s" bgcolor="%s" style="rounded">`, border, palette[c.look.line].light, palette[c.look.fill].light)
	for _, r := range c.rows {
		switch {
		case r.bar:
			b.WriteString(`<tr><td colspan="2" align="left">` + dotBar(r.share, c.look) + `</td></tr>`)
		case r.right.s != "":
			b.WriteString(`<tr><td align="left">` + dotRun(r.left) + `</td><td align="right">` + dotRun(r.right) + `</td></tr>`)
		default:
			b.WriteString(`<tr><td align="left" colspan="2">` + dotRun(r.left) + `</td></tr>`)
		}
	}
	b.WriteString(`</table>`)
	return id + ", label=<" + b.String() + ">"
}

func dotBar(share float64, l look) string {
	full := int(barLength*share + 0.5)
	cell := func(w int, p paint) string {
		if w == 0 {
			return ""
		}
		return fmt.Sprintf(`<td bgcolor="%s" width="%d" height="%d" fixedsize="true"></td>`, palette[p].light, w, barHeight)
	}
	frame := fmt.Sprintf(`<table border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true" width="%d" height="%d"><tr>`, barLength, barHeight)
	return frame + cell(full, l.bar) + cell(barLength-full, l.rest) + `</tr></table>`
}

func dotRun(t textRun) string {
	s := dotText(t.s)
	if t.font == bold {
		s = "<b>" + s + "</b>"
	}
	face := ""
	if t.font == mono {
		face = ` face="Courier"`
	}
	return fmt.Sprintf(`<font point-size="%g" color="%s"%s>%s</font>`, t.size, palette[t.paint].light, face, s)
}

// dotText escapes for an HTML-like label. An empty one would be an error.
func dotText(s string) string {
	if s == "" {
		return " "
	}
	return strings.ReplaceAll(escape(s), `\`, "&#92;")
}

// dotQuoted escapes for a quoted attribute, in which Graphviz expands \N.
func dotQuoted(s string) string { return lookalikes.Replace(s) }

// lookalikes stand in for characters that a format has no escape for.
var lookalikes = strings.NewReplacer(`\`, "⧵", `"`, "″", "<", "‹", ">", "›")

func dotEdge(e *Edge, total uint64, back bool) string {
	ink, style := edgePaint(e)
	font := "ink"
	if e.Cycle || e.Suspect {
		font = "target-ink"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `n%d -> n%d [penwidth=%.2g, color="%s", fontcolor="%s"`, e.From, e.To, edgeWidth(e, total), palette[ink].light, palette[paint(font)].light)
	if lines := edgeWords(e); len(lines) > 0 {
		for i := range lines {
			lines[i] = "&nbsp;" + dotText(lines[i])
		}
		b.WriteString(", label=<" + strings.Join(lines, `<br align="left"/>`) + `<br align="left"/>>`)
	}
	switch style {
	case dashed:
		b.WriteString(`, style=dashed, arrowhead=empty`)
	case dotted:
		b.WriteString(`, style=dotted`)
	}
	if back {
		b.WriteString(", constraint=false")
	}
	return b.String() + "];"
}
