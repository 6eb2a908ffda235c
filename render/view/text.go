package view

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/refgraph/refgraph/graph"
)

// Text writes v as a tree for terminals and tickets: the root first, one named
// reference for each step, the reference to cut underlined with ~~~. A box that
// was drawn already is named again, not repeated.
func Text(w io.Writer, v *View, opts *Options) error {
	o := opts.OrDefault()
	v = Trim(Choose(v, &o), o.MaxNodes)
	_, err := w.Write(v.Tree(o.Color))
	return err
}

func (v *View) Tree(color bool) []byte {
	t := &texter{v: v, l: linksOf(v), done: make([]bool, len(v.Nodes)), color: color}
	if v.Title != "" {
		t.line("", t.paint(bright, UpperFirst(v.Title)))
	}
	if v.Verdict != "" {
		t.line("", t.paint(orange, UpperFirst(v.Verdict)))
	}
	for _, s := range v.facts() {
		t.line("", t.paint(dim, s))
	}
	for _, n := range v.starts(t.l) {
		if !t.done[n] {
			t.b.WriteByte('\n')
			t.node(n, "", "┬ ", "│ ")
		}
	}
	if fine := v.footnotes(); len(fine) > 0 {
		t.b.WriteByte('\n')
		for _, s := range fine {
			t.line("", t.paint(dim, s))
		}
	}
	return t.b.Bytes()
}

// texter writes one tree.
type texter struct {
	v     *View
	l     links
	b     bytes.Buffer
	done  []bool
	color bool
}

// The ANSI styles used.
const (
	bright = "1"
	dim    = "2"
	orange = "38;5;208"
	blue   = "36"
)

func (t *texter) paint(style, s string) string {
	if !t.color || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (t *texter) line(prefix, s string) {
	t.b.WriteString(strings.TrimRight(prefix+s, " ") + "\n")
}

// node writes a box and what it holds. first is before the box's own line, then
// comes before the lines that follow it.
func (t *texter) node(n int, prefix, first, then string) {
	if t.done[n] {
		t.line(prefix+first, t.paint(dim, t.v.Nodes[n].ShortName()+"  (see above)"))
		return
	}
	t.done[n] = true
	for i, l := range t.v.textLines(&t.v.Nodes[n]) {
		switch {
		case i == 0:
			t.line(prefix+first, t.headline(&t.v.Nodes[n], l))
		default:
			t.line(prefix+then+"    ", t.paint(dim, l))
		}
	}
	edges := t.l.out[n]
	if len(edges) == 1 && t.v.Edges[edges[0]].To != n { // a chain goes straight down
		e := &t.v.Edges[edges[0]]
		t.edge(e, prefix+"│ ")
		next, after := "├─ ", "│  "
		if len(t.l.out[e.To]) == 0 || t.done[e.To] {
			next, after = "╰→ ", "   "
		}
		t.node(e.To, prefix, next, after)
		return
	}
	for i, k := range edges {
		e := &t.v.Edges[k]
		last := i == len(edges)-1
		t.line(prefix, "│")
		if last {
			t.branch(e, prefix+"╰─", prefix+"  ")
		} else {
			t.branch(e, prefix+"├─", prefix+"│ ")
		}
	}
}

// branch writes one of several references, with what it leads to further right.
func (t *texter) branch(e *Edge, first, then string) {
	words, mark := t.edgeText(e)
	t.line(first+"┬ ", words)
	if mark != "" {
		t.line(then+"│ ", mark)
	}
	if e.From == e.To {
		t.line(then+"╰→ ", t.paint(dim, "itself"))
		return
	}
	next, after := "├─ ", "│  "
	if len(t.l.out[e.To]) == 0 || t.done[e.To] {
		next, after = "╰→ ", "   "
	}
	t.node(e.To, then, next, after)
}

// edge writes a reference between the two boxes of a chain.
func (t *texter) edge(e *Edge, prefix string) {
	words, mark := t.edgeText(e)
	t.line(prefix, words)
	if mark != "" {
		t.line(prefix, mark)
	}
}

// edgeText returns `↓ .next 99,999×` and what underlines it.
func (t *texter) edgeText(e *Edge) (words, mark string) {
	label := e.Label
	style := blue
	if e.Suspect || e.Cycle {
		style = orange
	}
	var extra []string
	if e.Count > 1 {
		extra = append(extra, Times(e.Count))
	}
	if e.Kind != graph.Strong {
		extra = append(extra, "("+e.Kind.String()+")")
	}
	if e.Cycle {
		extra = append(extra, "(cycle)")
	}
	if e.Skipped > 0 {
		extra = append(extra, skippedWords(e))
	}
	if label == "" && t.v.Frees {
		label = "frees"
	}
	words = "↓ " + t.paint(style, label)
	if label == "" {
		words = "↓"
	}
	if len(extra) > 0 {
		words += " " + t.paint(dim, strings.Join(extra, " "))
	}
	if e.Suspect {
		mark = "  " + t.paint(orange, strings.Repeat("~", max(3, utf8.RuneCountInString(label)))+"  "+e.MarkWords())
	}
	return words, mark
}

func (t *texter) headline(n *Node, s string) string {
	switch {
	case n.Kind == TargetNode:
		return t.paint(orange, "TARGET ") + t.paint(bright, s)
	case n.Kind == ObjectNode && n.Emphasis:
		return t.paint(orange, "SUSPECT ") + t.paint(bright, s)
	case n.Kind == RootNode:
		return t.paint(bright, s)
	}
	return s
}

// textLines is a box in words: its name, then its sizes.
func (v *View) textLines(n *Node) []string {
	switch n.Kind {
	case RootNode:
		if n.Joint {
			return noEmpty(UpperFirst(n.Name)+" · "+JointWords, n.Note)
		}
		word := "GC root"
		if n.Count > 1 {
			word = Count(n.Count) + " GC roots"
		}
		return noEmpty(strings.TrimSpace(word+" · "+strings.TrimSpace(n.Head+" "+n.Name)), n.Note)
	case MoreNode:
		s := moreRows(n)[0].Left.S
		if n.Head != "" {
			s += " · " + n.Head
		}
		return noEmpty(s, n.Note)
	}
	head := typeName(n)
	if n.Kind == TargetNode && n.Count > 1 {
		head += " · " + countWord(n.Count)
	}
	sizes := sizeLine(n)
	if n.Sized {
		s := retainWord(n) + " " + Bytes(n.Retained)
		if v.Total > 0 {
			s += " (" + Percent(Share(n.Retained, v.Total)) + ")"
		}
		sizes = s + " · " + sizes
	}
	growth := ""
	if n.Growth != 0 {
		growth = growthWord(n.Growth)
	}
	return noEmpty(head, sizes, growth, n.Note, n.Value)
}

func noEmpty(lines ...string) []string {
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}
