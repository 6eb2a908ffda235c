package view

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/internal/style"
)

// Mermaid writes v as a flowchart that GitHub and GitLab draw inline.
func Mermaid(w io.Writer, v *View, opts *Options) error {
	o := opts.OrDefault()
	_, err := w.Write(Trim(Choose(v, &o), o.MaxNodes).mermaid())
	return err
}

func (v *View) mermaid() []byte {
	var b bytes.Buffer
	if v.Title != "" {
		fmt.Fprintf(&b, "---\ntitle: %s\n---\n", yamlQuoted(UpperFirst(v.Title)))
	}
	dir := "TB"
	if v.Sideways || v.wide() {
		dir = "LR"
	}
	b.WriteString("flowchart " + dir + "\n")
	for i := range v.Nodes {
		b.WriteString("  " + v.mermaidNode(i) + "\n")
	}
	for i := range v.Edges {
		b.WriteString("  " + v.mermaidEdge(&v.Edges[i]) + "\n")
	}
	v.mermaidStyles(&b)
	return b.Bytes()
}

// broad is how many boxes beside each other make a picture too wide for a page,
// and flat how many steps from left to right still fit one.
const (
	broad = 4
	flat  = 4
)

// wide reports whether a picture reads better from left to right: when it has more
// boxes beside each other than steps.
func (v *View) wide() bool {
	rank := v.Ranks()
	across, most, deep := map[int]int{}, 0, 0
	for _, r := range rank {
		across[r]++
		most, deep = max(most, across[r]), max(deep, r+1)
	}
	return most > broad && deep <= flat
}

func (v *View) mermaidNode(i int) string {
	n := &v.Nodes[i]
	lines := v.textLines(n)
	for j := range lines {
		lines[j] = mermaidText(Middle(lines[j], 90))
	}
	switch {
	case n.Kind == TargetNode:
		lines[0] = "TARGET<br/><b>" + lines[0] + "</b>"
	case n.Kind == ObjectNode && n.Emphasis:
		lines[0] = "SUSPECT<br/><b>" + lines[0] + "</b>"
	default:
		lines[0] = "<b>" + lines[0] + "</b>"
	}
	text := strings.Join(lines, "<br/>")
	switch n.Kind {
	case RootNode:
		return fmt.Sprintf(`n%d{{"%s"}}:::gcroot`, i, text)
	case TargetNode:
		return fmt.Sprintf(`n%d("%s"):::target`, i, text)
	case MoreNode:
		return fmt.Sprintf(`n%d[["%s"]]:::more`, i, text)
	}
	class := "object"
	if n.Held {
		class = "held"
	}
	if n.Emphasis {
		class = "suspect"
	}
	return fmt.Sprintf(`n%d("%s"):::%s`, i, text, class)
}

func (v *View) mermaidEdge(e *Edge) string {
	arrow := "-->"
	switch {
	case e.Kind.Collectable() || e.Kind == graph.Conservative:
		arrow = "-.->"
	case e.Suspect || e.Cycle:
		arrow = "==>"
	}
	words := v.EdgeWords(e)
	if len(words) == 0 {
		return fmt.Sprintf("n%d %s n%d", e.From, arrow, e.To)
	}
	for i := range words {
		words[i] = mermaidText(words[i])
	}
	return fmt.Sprintf(`n%d %s|"%s"| n%d`, e.From, arrow, strings.Join(words, "<br/>"), e.To)
}

// mermaidStyles names no class "root": Mermaid's own outermost group is one.
func (v *View) mermaidStyles(b *bytes.Buffer) {
	l := v.Look(&Node{})
	def := func(class string, fill, line, ink style.Paint, width float64) {
		fmt.Fprintf(b, "  classDef %s fill:%s,stroke:%s,color:%s,stroke-width:%gpx\n", class, style.Palette[fill].Light, style.Palette[line].Light, style.Palette[ink].Light, width)
	}
	def("gcroot", "root", "root", "onroot", 1)
	def("object", l.Fill, l.Line, "ink", 1)
	def("more", l.Fill, l.Line, "ink", 1)
	def("held", "other-fill", "other", "ink", 1)
	def("suspect", l.Fill, "target", "ink", 2)
	def("target", "target-fill", "target", "ink", 3)
}

// mermaidText escapes a label: Mermaid reads HTML, Markdown and entities of its
// own (#35; for #), so everything but plain characters is written as an entity.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && strings.ContainsRune("\"'<>&#;`*_~|[]{}()\\$%@:/", r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func yamlQuoted(s string) string {
	return "'" + strings.ReplaceAll(lookalikes.Replace(s), "'", "''") + "'"
}
