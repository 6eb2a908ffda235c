package draw

import (
	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// card is what a node says and how big that is; its place comes later.
type card struct {
	view.Card
	heights []float64 // of the rows
	w, h    float64
}

func newCard(v *view.View, n *view.Node) card {
	c := card{Card: v.Card(n)}
	c.measure()
	return c
}

const (
	cardPadX  = 10
	cardPadY  = 7
	hexTip    = 12 // how far a root's points reach out
	stackStep = 4  // offset of the cards behind a MoreNode
)

func (c *card) measure() {
	for i := range c.Rows {
		r := &c.Rows[i]
		w, h := runWidth(r.Left), r.Left.Size*1.38
		if r.Right.S != "" {
			w += 14 + runWidth(r.Right)
		}
		if r.Bar {
			w, h = style.BarLength, style.BarHeight+5
		}
		c.heights = append(c.heights, h)
		c.w, c.h = max(c.w, w), c.h+h
	}
	c.w += 2 * cardPadX
	c.h += 2 * cardPadY
	switch c.Kind {
	case view.RootNode:
		c.w += 2*hexTip - 8
	case view.MoreNode:
		c.w += 2 * stackStep
		c.h += 2 * stackStep
	}
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
			out = append(out, box(x+d*stackStep, y+(2-d)*stackStep-0, w, h, 6).filled(c.Look.Fill).outlined(c.Look.Line, 1))
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
		} else {
			base := y + r.Left.Size*1.05
			if r.Left.S != "" {
				out = append(out, at(r.Left, x, base))
			}
			if r.Right.S != "" {
				edge := x + w
				if r.Aligned {
					edge = x + style.BarLength
				}
				out = append(out, at(r.Right, edge-runWidth(r.Right), base))
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
	for i, r := range c.Rows {
		out = append(out, at(r.Left, middle-runWidth(r.Left)/2, y+r.Left.Size*1.05))
		y += c.heights[i]
	}
	return out
}
