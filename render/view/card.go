package view

import (
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
	Lines       int     // most lines that Left may take if it is too long for one; 0 is 1
	Bar         bool    // a bar, no text
	Share       float64 // what the bar shows, 0 to 1
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

// The shares of the heap from which on a box is drawn warm and hot.
const (
	warmShare = 0.05
	hotShare  = 0.4
)

// Look is the colours of a box: what holds more of the heap has more colour.
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
	if n.Sized && v.Total > 0 {
		switch share := Share(n.Retained, v.Total); {
		case share >= hotShare:
			l.Fill, l.Rest, l.Width = p+"-hot", "page", 2
		case share < warmShare:
			l.Fill, l.Width = p+"-cold", 0.8
		}
	}
	if n.Emphasis {
		l.Line, l.Width = "target", 2.2
	}
	return l
}

func rootRows(n *Node) []Row {
	kind := "GC root"
	if n.Count > 1 {
		kind = Count(n.Count) + " GC roots"
	}
	if n.Head != "" {
		kind += " · " + n.Head
	}
	if n.Joint {
		kind = JointWords
	}
	rows := []Row{textRow(style.Text(kind, style.Sans, style.TagSize, "onroot"), 2)}
	if n.Name != "" {
		rows = append(rows, textRow(style.Text(n.Name, style.Bold, style.LineSize, "onroot"), 3))
	}
	if n.Note != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Note, maxNoteLen), style.Sans, style.SmallSize, "onroot"), 3))
	}
	return rows
}

func moreRows(n *Node) []Row {
	s := "× " + Count(n.Count) + " more"
	if n.Sized {
		s += " · " + Bytes(n.Retained)
	}
	rows := []Row{textRow(style.Text(s, style.Bold, style.BodySize, "ink"), 2)}
	if n.Head != "" {
		rows = append(rows, textRow(style.Text(n.Head, style.Sans, style.SmallSize, "soft"), 2))
	}
	if n.Note != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Note, maxNoteLen), style.Sans, style.SmallSize, "faint"), 2))
	}
	return rows
}

func (v *View) objectRows(n *Node) []Row {
	var rows []Row
	size := float64(style.TypeSize)
	switch {
	case n.Kind == TargetNode:
		rows = append(rows, Row{Left: style.Text("TARGET", style.Bold, style.TagSize, "target-ink"),
			Right: style.Text(countWord(n.Count), style.Sans, style.TagSize, "target-ink")})
		size = style.AimSize
	case n.Emphasis:
		rows = append(rows, textRow(style.Text("SUSPECT", style.Bold, style.TagSize, "target-ink"), 1))
	}
	rows = append(rows, textRow(style.Text(typeName(n), style.Bold, size, "ink"), typeLines))
	if n.Sized {
		share := Share(n.Retained, v.Total)
		row := textRow(style.Text(retainWord(n)+" "+Bytes(n.Retained), style.Sans, style.BodySize, "soft"), 1)
		if v.Total > 0 {
			row.Right = style.Text(Percent(share), style.Bold, style.BodySize, "soft")
			rows = append(rows, row, Row{Bar: true, Share: share})
		} else {
			rows = append(rows, row)
		}
	}
	rows = append(rows, textRow(style.Text(cardSizes(n), style.Sans, style.SmallSize, "faint"), 2))
	if n.Growth != 0 {
		rows = append(rows, textRow(style.Text(growthWord(n.Growth), style.Bold, style.SmallSize, "target-ink"), 2))
	}
	if n.Note != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Note, maxNoteLen), style.Sans, style.SmallSize, "faint"), 3))
	}
	if n.Value != "" {
		rows = append(rows, textRow(style.Text(Middle(n.Value, maxLabelLen), style.Mono, style.SmallSize, "soft"), 2))
	}
	return rows
}

// typeLines is how many lines a type's name may take.
const typeLines = 3

func textRow(t style.Run, lines int) Row { return Row{Left: t, Lines: lines} }
