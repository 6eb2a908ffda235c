package view

import (
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
)

// Card is what a box says, in rows, for formats that draw boxes.
type Card struct {
	Kind NodeKind
	Look Look
	Rows []Row
}

// Look is the colours of a card.
type Look struct {
	Line, Fill, Bar, Rest style.Paint
	Width                 float64 // of the outline, in points
}

// Row is one line of a card: text at both sides, or a bar.
type Row struct {
	Left, Right style.Run
	Bar         bool    // a bar, no text
	Share       float64 // what the bar shows, 0 to 1
	Aligned     bool    // Right ends where the bar does
}

// Card says what a box of the View says.
func (v *View) Card(n *Node) Card {
	c := Card{Kind: n.Kind, Look: v.Look(n)}
	switch n.Kind {
	case RootNode:
		c.Rows = rootRows(n)
	case MoreNode:
		c.Rows = moreRows(n)
	default:
		c.Rows = v.objectRows(n)
	}
	return c
}

// Look is the colours of a box.
func (v *View) Look(n *Node) Look {
	switch {
	case n.Kind == RootNode:
		return Look{Line: "root", Fill: "root", Width: 1}
	case n.Kind == TargetNode:
		return Look{"target", "target-fill", "target", "target-rest", 3}
	}
	p, _ := style.Of(v.Runtime)
	if n.Held {
		p = "other"
	}
	l := Look{p, p + "-fill", p, p + "-rest", 1.2}
	if n.Emphasis {
		l.Line, l.Width = "target", 2.2
	}
	return l
}

func rootRows(n *Node) []Row {
	word := "GC root"
	if n.Count > 1 {
		word = "GC roots"
	}
	kind := word
	if n.Head != "" {
		kind += " · " + Middle(n.Head, maxTypeLen)
	}
	if n.Count > 1 && !strings.Contains(n.Head, Count(n.Count)) {
		kind += " · × " + Count(n.Count)
	}
	rows := []Row{textRow(style.Text(kind, style.Sans, style.TagSize, "onroot"))}
	if n.Name != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Name, maxTypeLen), style.Bold, style.LineSize, "onroot")))
	}
	if n.Note != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Note, maxNoteLen), style.Sans, style.SmallSize, "onroot")))
	}
	return rows
}

func moreRows(n *Node) []Row {
	s := "× " + Count(n.Count) + " more"
	if n.Sized {
		s += " · " + Bytes(n.Retained)
	}
	rows := []Row{textRow(style.Text(s, style.Bold, style.LineSize, "ink"))}
	if n.Head != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Head, maxTypeLen), style.Sans, style.SmallSize, "soft")))
	}
	if n.Note != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Note, maxNoteLen), style.Sans, style.SmallSize, "faint")))
	}
	return rows
}

func (v *View) objectRows(n *Node) []Row {
	var rows []Row
	switch {
	case n.Kind == TargetNode:
		rows = append(rows, Row{Left: style.Text("TARGET", style.Bold, style.TagSize, "target-ink"),
			Right: style.Text(countWord(n.Count), style.Sans, style.TagSize, "target-ink")})
	case n.Emphasis:
		rows = append(rows, textRow(style.Text("SUSPECT", style.Bold, style.TagSize, "target-ink")))
	}
	rows = append(rows, textRow(style.Text(Middle(typeName(n), maxTypeLen), style.Bold, style.TypeSize, "ink")))
	if n.Sized {
		share := Share(n.Retained, v.Total)
		row := textRow(style.Text(retainWord(n)+" "+Bytes(n.Retained), style.Sans, style.BodySize, "soft"))
		if v.Total > 0 {
			row.Right, row.Aligned = style.Text(Percent(share), style.Sans, style.BodySize, "soft"), true
			rows = append(rows, row, Row{Bar: true, Share: share})
		} else {
			rows = append(rows, row)
		}
	}
	_, tag := style.Of(v.Runtime)
	rows = append(rows, Row{Left: style.Text(sizeLine(n), style.Sans, style.SmallSize, "faint"), Right: style.Text(tag, style.Sans, style.SmallSize, "faint")})
	if n.Growth != 0 {
		rows = append(rows, textRow(style.Text(growthWord(n.Growth), style.Bold, style.SmallSize, "target-ink")))
	}
	if n.Note != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Note, maxNoteLen), style.Sans, style.SmallSize, "faint")))
	}
	if n.Value != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Value, maxLabelLen), style.Mono, style.SmallSize, "soft")))
	}
	return rows
}

func textRow(t style.Run) Row { return Row{Left: t} }
