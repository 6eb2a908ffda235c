package render

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// barLength is the same on every card, so that bars compare between cards.
const barLength = 164

// Sizes of text in points.
const (
	titleSize = 20
	lineSize  = 12
	typeSize  = 13
	bodySize  = 11.5
	tagSize   = 10
	smallSize = 10
	labelSize = 10.5
)

// card is what a node says and how big that is; its place comes later.
type card struct {
	kind NodeKind
	look look
	rows []cardRow
	w, h float64
}

// look is the colours of a card.
type look struct {
	line, fill, bar, rest paint
	width                 float64 // of the outline
}

// cardRow is one line of a card: text at both sides, or a bar.
type cardRow struct {
	left, right textRun
	bar         bool
	share       float64
	aligned     bool // right ends where the bar does
	height      float64
}

const (
	cardPadX  = 10
	cardPadY  = 7
	barHeight = 5
	hexTip    = 12 // how far a root's points reach out
	stackStep = 4  // offset of the cards behind a MoreNode
)

func (v *View) card(n *Node) card {
	c := card{kind: n.Kind, look: v.look(n)}
	switch n.Kind {
	case RootNode:
		c.rows = rootRows(n)
	case MoreNode:
		c.rows = moreRows(n)
	default:
		c.rows = v.objectRows(n)
	}
	c.measure()
	return c
}

func (v *View) look(n *Node) look {
	switch {
	case n.Kind == RootNode:
		return look{line: "root", fill: "root", width: 1}
	case n.Kind == TargetNode:
		return look{"target", "target-fill", "target", "target-rest", 3}
	}
	p, _ := runtimePaint(v.Runtime)
	if n.Held {
		p = "other"
	}
	l := look{p, p + "-fill", p, p + "-rest", 1.2}
	if n.Emphasis {
		l.line, l.width = "target", 2.2
	}
	return l
}

func rootRows(n *Node) []cardRow {
	word := "GC root"
	if n.Count > 1 {
		word = "GC roots"
	}
	kind := word
	if n.Head != "" {
		kind += " · " + middle(n.Head, maxTypeLen)
	}
	if n.Count > 1 && !strings.Contains(n.Head, Count(n.Count)) {
		kind += " · × " + Count(n.Count)
	}
	rows := []cardRow{textRow(textRun{kind, sans, tagSize, "onroot"})}
	if n.Name != "" {
		rows = append(rows, textRow(textRun{middle(n.Name, maxTypeLen), bold, lineSize, "onroot"}))
	}
	if n.Note != "" {
		rows = append(rows, textRow(textRun{middle(n.Note, maxNoteLen), sans, smallSize, "onroot"}))
	}
	return rows
}

func moreRows(n *Node) []cardRow {
	s := "× " + Count(n.Count) + " more"
	if n.Sized {
		s += " · " + Bytes(n.Retained)
	}
	rows := []cardRow{textRow(textRun{s, bold, lineSize, "ink"})}
	if n.Head != "" {
		rows = append(rows, textRow(textRun{middle(n.Head, maxTypeLen), sans, smallSize, "soft"}))
	}
	if n.Note != "" {
		rows = append(rows, textRow(textRun{middle(n.Note, maxNoteLen), sans, smallSize, "faint"}))
	}
	return rows
}

func (v *View) objectRows(n *Node) []cardRow {
	var rows []cardRow
	switch {
	case n.Kind == TargetNode:
		rows = append(rows, cardRow{left: textRun{"TARGET", bold, tagSize, "target-ink"},
			right: textRun{countWord(n.Count), sans, tagSize, "target-ink"}})
	case n.Emphasis:
		rows = append(rows, textRow(textRun{"SUSPECT", bold, tagSize, "target-ink"}))
	}
	rows = append(rows, textRow(textRun{middle(typeName(n), maxTypeLen), bold, typeSize, "ink"}))
	if n.Sized {
		share := Share(n.Retained, v.Total)
		row := textRow(textRun{retainWord(n) + " " + Bytes(n.Retained), sans, bodySize, "soft"})
		if v.Total > 0 {
			row.right, row.aligned = textRun{Percent(share), sans, bodySize, "soft"}, true
			rows = append(rows, row, cardRow{bar: true, share: share})
		} else {
			rows = append(rows, row)
		}
	}
	_, tag := runtimePaint(v.Runtime)
	rows = append(rows, cardRow{left: textRun{sizeLine(n), sans, smallSize, "faint"}, right: textRun{tag, sans, smallSize, "faint"}})
	if n.Growth != 0 {
		rows = append(rows, textRow(textRun{growthWord(n.Growth), bold, smallSize, "target-ink"}))
	}
	if n.Note != "" {
		rows = append(rows, textRow(textRun{middle(n.Note, maxNoteLen), sans, smallSize, "faint"}))
	}
	if n.Value != "" {
		rows = append(rows, textRow(textRun{middle(n.Value, maxLabelLen), mono, smallSize, "soft"}))
	}
	return rows
}

// typeName is what a card is headed with; never empty.
func typeName(n *Node) string {
	if n.Head != "" {
		return n.Head
	}
	if n.Name != "" {
		return n.Name
	}
	return "object of unknown type"
}

func retainWord(n *Node) string {
	if n.Count > 1 {
		return "retain"
	}
	return "retains"
}

func countWord(n int) string {
	if n == 1 {
		return "1 object"
	}
	return Count(n) + " objects"
}

func growthWord(bytes int64) string {
	if bytes < 0 {
		return "−" + Bytes(uint64(-bytes)) + " since the older dump"
	}
	return "+" + Bytes(uint64(bytes)) + " since the older dump"
}

// sizeLine is the small print: `40 B · 0xc000012040`, or for many objects
// `× 100,000 · 64 B each · first 0xc0001a4000`.
func sizeLine(n *Node) string {
	var parts []string
	if n.Count > 1 {
		if n.Kind != TargetNode {
			parts = append(parts, "× "+Count(n.Count))
		}
		each, about := n.Shallow/uint64(n.Count), ""
		if n.Shallow%uint64(n.Count) != 0 {
			about = "about "
		}
		parts = append(parts, about+Bytes(each)+" each")
		if n.Kind == TargetNode {
			parts = append(parts, Bytes(n.Shallow))
		}
	} else {
		parts = append(parts, Bytes(n.Shallow))
	}
	if n.Address != "" {
		if n.Count > 1 {
			parts = append(parts, "first "+n.Address)
		} else {
			parts = append(parts, n.Address)
		}
	}
	if n.Internal {
		parts = append(parts, "internal")
	}
	return strings.Join(parts, " · ")
}

func textRow(t textRun) cardRow { return cardRow{left: t} }

func (c *card) measure() {
	for i := range c.rows {
		r := &c.rows[i]
		w := r.left.width()
		if r.right.s != "" {
			w += 14 + r.right.width()
		}
		switch {
		case r.bar:
			w, r.height = barLength, barHeight+5
		default:
			r.height = r.left.size * 1.38
		}
		c.w, c.h = max(c.w, w), c.h+r.height
	}
	c.w += 2 * cardPadX
	c.h += 2 * cardPadY
	switch c.kind {
	case RootNode:
		c.w += 2*hexTip - 8
	case MoreNode:
		c.w += 2 * stackStep
		c.h += 2 * stackStep
	}
}

// shapes draws the card with its middle at p.
func (c *card) shapes(p point) []shape {
	x, y := p.x-c.w/2, p.y-c.h/2
	switch c.kind {
	case RootNode:
		hex := shape{kind: polyShape, pts: []point{{x, p.y}, {x + hexTip, y}, {x + c.w - hexTip, y},
			{x + c.w, p.y}, {x + c.w - hexTip, y + c.h}, {x + hexTip, y + c.h}}}
		return append([]shape{hex.filled(c.look.fill).outlined(c.look.line, 1)}, c.centred(p.x, y)...)
	case MoreNode:
		w, h := c.w-2*stackStep, c.h-2*stackStep
		var out []shape
		for _, d := range []float64{2, 1, 0} {
			out = append(out, box(x+d*stackStep, y+(2-d)*stackStep-0, w, h, 6).filled(c.look.fill).outlined(c.look.line, 1))
		}
		return append(out, c.text(x+cardPadX, y+2*stackStep+cardPadY, w-2*cardPadX)...)
	}
	frame := box(x, y, c.w, c.h, 7).filled(c.look.fill).outlined(c.look.line, c.look.width)
	return append([]shape{frame}, c.text(x+cardPadX, y+cardPadY, c.w-2*cardPadX)...)
}

// text draws the rows in a column of width w whose top left is x, y.
func (c *card) text(x, y, w float64) []shape {
	var out []shape
	for _, r := range c.rows {
		if r.bar {
			out = append(out, barShapes(x, y+2, r.share, c.look)...)
		} else {
			base := y + r.left.size*1.05
			if r.left.s != "" {
				out = append(out, r.left.at(x, base))
			}
			if r.right.s != "" {
				edge := x + w
				if r.aligned {
					edge = x + barLength
				}
				out = append(out, r.right.at(edge-r.right.width(), base))
			}
		}
		y += r.height
	}
	return out
}

func barShapes(x, y, share float64, l look) []shape {
	full := barLength * share
	if share > 0 {
		full = max(full, 1)
	}
	return []shape{box(x, y, barLength, barHeight, 0).filled(l.rest), box(x, y, full, barHeight, 0).filled(l.bar)}
}

func (c *card) centred(middle, y float64) []shape {
	var out []shape
	y += cardPadY
	for _, r := range c.rows {
		out = append(out, r.left.at(middle-r.left.width()/2, y+r.left.size*1.05))
		y += r.height
	}
	return out
}

// tooltip is everything about the node, uncut.
func (v *View) tooltip(n *Node) string {
	var lines []string
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	switch n.Kind {
	case RootNode:
		add(strings.TrimSpace("GC root: " + strings.TrimSpace(n.Head+" "+n.Name)))
		if n.Count > 1 {
			add(Count(n.Count) + " roots")
		}
	case MoreNode:
		add(moreRows(n)[0].left.s)
		add(n.Head)
	default:
		add(typeName(n))
		if n.Count > 1 {
			add(countWord(n.Count))
		}
		add("shallow size " + Bytes(n.Shallow))
	}
	if n.Sized {
		add("retained size " + Bytes(n.Retained) + ", " + Percent(Share(n.Retained, v.Total)) + " of the reachable heap")
	}
	add(n.Address)
	add(n.Note)
	return strings.Join(lines, "\n")
}

// edgeWords is the label of an edge in lines, most important first.
func edgeWords(e *Edge) []string {
	var lines []string
	if e.Label != "" {
		lines = append(lines, middle(e.Label, maxLabelLen))
	}
	var extra []string
	if e.Count > 1 {
		extra = append(extra, Times(e.Count))
	}
	if e.Kind != graph.Strong {
		extra = append(extra, e.Kind.String())
	}
	if e.Cycle {
		extra = append(extra, "cycle")
	}
	if len(extra) > 0 {
		lines = append(lines, strings.Join(extra, " "))
	}
	if e.Skipped > 0 {
		lines = append(lines, skippedWords(e))
	}
	if e.Suspect {
		lines = append(lines, "cut here")
	}
	return lines
}

// skippedWords says how much of a chain is left out, and by which reference.
func skippedWords(e *Edge) string {
	what := middle(e.Label, maxLabelLen)
	if what == "" || what == "…" {
		what = "steps"
		if e.Skipped == 1 {
			what = "step"
		}
	}
	return "… " + Count(e.Skipped) + " more " + what + " …"
}
