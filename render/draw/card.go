package draw

import (
	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// card is what a node says and how big that is; its place comes later.
type card struct {
	view.Card
	lines   [][]style.Run // the left sides of the rows, broken into lines
	heights []float64     // of the rows
	w, h    float64
}

const (
	cardInner = style.BarLength // the width of the text, so that bars are as wide as cards
	cardPadX  = 10
	cardPadY  = 7
	hexTip    = 12 // how far a root's points reach out
	stackStep = 4  // offset of the cards behind a MoreNode
	sideGap   = 10 // between the two sides of a row
	leading   = 1.32
)

// newCards measures the boxes of a View. Names that differ only in what a break
// left out get as many lines as it takes to tell them apart.
func newCards(v *view.View) []card {
	cards := make([]card, len(v.Nodes))
	shown := map[string]string{}
	twins := map[string]bool{}
	for i := range v.Nodes {
		cards[i] = newCard(v, &v.Nodes[i], 1)
		for r := range cards[i].Rows {
			whole, short := cards[i].Rows[r].Left.S, joined(cards[i].lines[r])
			if other, ok := shown[short]; ok && other != whole {
				twins[short] = true
			}
			shown[short] = whole
		}
	}
	for i := range v.Nodes {
		for r := range cards[i].Rows {
			if twins[joined(cards[i].lines[r])] {
				cards[i] = newCard(v, &v.Nodes[i], 4)
				break
			}
		}
	}
	return cards
}

func joined(lines []style.Run) (s string) {
	for _, l := range lines {
		s += l.S
	}
	return s
}

// newCard measures a box whose rows may have times as many lines as usual.
func newCard(v *view.View, n *view.Node, times int) card {
	c := card{Card: v.Card(n)}
	wide := 0.0
	for i := range c.Rows {
		r := &c.Rows[i]
		room := float64(cardInner)
		if r.Right.S != "" {
			room -= sideGap + runWidth(r.Right)
		}
		lines, h := []style.Run(nil), float64(style.BarHeight+5)
		if !r.Bar {
			lines = wrapRun(r.Left, room, max(1, r.Lines)*times)
			h = r.Left.Size * leading * float64(len(lines))
			for _, l := range lines {
				wide = max(wide, runWidth(l))
			}
		}
		c.lines, c.heights = append(c.lines, lines), append(c.heights, h)
		c.h += h
	}
	c.w = cardInner + 2*cardPadX
	c.h += 2 * cardPadY
	switch c.Kind {
	case view.RootNode:
		c.w = wide + 2*cardPadX + 2*hexTip - 8
	case view.MoreNode:
		c.w = wide + 2*cardPadX + 2*stackStep
		c.h += 2 * stackStep
	}
	return c
}

// shapes draws the card with its middle at p.
func (c *card) shapes(p point) []shape {
	x, y := p.x-c.w/2, p.y-c.h/2
	switch c.Kind {
	case view.RootNode:
		hex := shape{kind: polyShape, pts: []point{{x, p.y}, {x + hexTip, y}, {x + c.w - hexTip, y},
			{x + c.w, p.y}, {x + c.w - hexTip, y + c.h}, {x + hexTip, y + c.h}}}
		return append([]shape{hex.filled(c.Look.Fill).outlined(c.Look.Line, 1)}, c.centred(p.x, y)...)
	case view.MoreNode:
		w, h := c.w-2*stackStep, c.h-2*stackStep
		var out []shape
		for _, d := range []float64{2, 1, 0} {
			out = append(out, box(x+d*stackStep, y+(2-d)*stackStep, w, h, 6).filled(c.Look.Fill).outlined(c.Look.Line, 1))
		}
		return append(out, c.text(x+cardPadX, y+2*stackStep+cardPadY, w-2*cardPadX)...)
	}
	frame := box(x, y, c.w, c.h, 7).filled(c.Look.Fill).outlined(c.Look.Line, c.Look.Width)
	return append([]shape{frame}, c.text(x+cardPadX, y+cardPadY, c.w-2*cardPadX)...)
}

// text draws the rows in a column of width w whose top left is x, y.
func (c *card) text(x, y, w float64) []shape {
	var out []shape
	for i, r := range c.Rows {
		if r.Bar {
			out = append(out, barShapes(x, y+2, r.Share, c.Look)...)
		}
		if r.Right.S != "" {
			out = append(out, at(r.Right, x+w-runWidth(r.Right), y+r.Right.Size*1.05))
		}
		for k, l := range c.lines[i] {
			if l.S != "" {
				out = append(out, at(l, x, y+l.Size*(1.05+leading*float64(k))))
			}
		}
		y += c.heights[i]
	}
	return out
}

func barShapes(x, y, share float64, l view.Look) []shape {
	full := style.BarLength * share
	if share > 0 {
		full = max(full, 1)
	}
	return []shape{box(x, y, style.BarLength, style.BarHeight, 0).filled(l.Rest), box(x, y, full, style.BarHeight, 0).filled(l.Bar)}
}

func (c *card) centred(middle, y float64) []shape {
	var out []shape
	y += cardPadY
	for i := range c.Rows {
		for k, l := range c.lines[i] {
			out = append(out, at(l, middle-runWidth(l)/2, y+l.Size*(1.05+leading*float64(k))))
		}
		y += c.heights[i]
	}
	return out
}
