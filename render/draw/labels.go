package draw

import "math"

// rect is an area of the picture.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) grown(d float64) rect { return rect{r.x0 - d, r.y0 - d, r.x1 + d, r.y1 + d} }

func (r rect) has(p point) bool { return p.x > r.x0 && p.x < r.x1 && p.y > r.y0 && p.y < r.y1 }

func (r rect) meets(q rect) bool { return r.x0 < q.x1 && q.x0 < r.x1 && r.y0 < q.y1 && q.y0 < r.y1 }

func (r rect) shifted(d point) rect { return rect{r.x0 + d.x, r.y0 + d.y, r.x1 + d.x, r.y1 + d.y} }

// words is where an edge's label has ink.
func (a *arc) words() rect {
	x, y := a.labelAt.x-a.lw/2+a.pad, a.labelAt.y-a.lh/2+2
	return rect{x, y, x + a.lw - 2*a.pad, y + a.lh - 4}
}

// settleLabels moves the labels that a line, a card or another label touches to
// the nearest free place. The engine keeps labels clear of cards and of each
// other, but knows nothing of how thick lines are.
func (p *plan) settleLabels() {
	ink := p.lineInk()
	var taken []rect
	for i := range p.at {
		c, m := &p.cards[i], p.at[i]
		taken = append(taken, rect{m.x - c.w/2, m.y - c.h/2, m.x + c.w/2, m.y + c.h/2}.grown(2))
	}
	for i := range p.arcs {
		if a := &p.arcs[i]; a.lw > 0 {
			taken = append(taken, a.words())
		}
	}
	k := len(p.at)
	for i := range p.arcs {
		a := &p.arcs[i]
		if a.lw == 0 {
			continue
		}
		best, bestCost := point{}, math.Inf(1)
		for _, d := range p.moves(a) {
			if c := labelCost(a.words().shifted(d), k, taken, ink); c < bestCost {
				best, bestCost = d, c
			}
			if bestCost == 0 {
				break
			}
		}
		a.labelAt = a.labelAt.plus(best)
		taken[k] = a.words()
		k++
	}
}

// moves lists the places to try for a label, as offsets from the engine's, best
// first: close to its own line on either side, then around there.
func (p *plan) moves(a *arc) []point {
	var out []point
	bases := append(p.beside(a), point{})
	out = append(out, bases...)
	for _, base := range bases {
		for _, d := range labelMoves {
			out = append(out, base.plus(d))
		}
	}
	return out
}

// beside returns the offsets that bring a label close to its own line, right of
// it and left of it, or above and below a picture's lines from left to right.
// It returns nothing if the engine put it there already.
func (p *plan) beside(a *arc) []point {
	const near = 10
	r := a.words()
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, b := range a.ink() {
		at, along := b.at.x, b.at.y > r.y0-2 && b.at.y < r.y1+2
		if p.view.Sideways {
			at, along = b.at.y, b.at.x > r.x0-2 && b.at.x < r.x1+2
		}
		if along {
			lo, hi = min(lo, at), max(hi, at)
		}
	}
	gap := a.width/2 + 3
	switch {
	case lo > hi: // no line beside it
		return nil
	case p.view.Sideways:
		up, down := lo-gap-r.y1, hi+gap-r.y0
		if min(math.Abs(up), math.Abs(down)) < near {
			return nil
		}
		return []point{{0, up}, {0, down}}
	}
	right, left := hi+gap-r.x0, lo-gap-r.x1
	if min(math.Abs(left), math.Abs(right)) < near {
		return nil
	}
	return []point{{right, 0}, {left, 0}}
}

// labelMoves are steps around a place.
var labelMoves = func() []point {
	moves := []point{{}}
	for _, r := range []float64{3, 6, 10, 14, 20, 28, 36, 48, 60} {
		moves = append(moves, point{r, 0}, point{-r, 0}, point{0, r / 2}, point{0, -r / 2}, point{r, r / 2}, point{r, -r / 2}, point{-r, r / 2}, point{-r, -r / 2})
	}
	return moves
}()

// labelCost counts what the label would touch; itself is number self.
func labelCost(r rect, self int, taken []rect, ink []blot) float64 {
	cost := 0.0
	for i, t := range taken {
		if i != self && r.grown(1).meets(t) {
			cost += 10
		}
	}
	for _, b := range ink {
		if r.grown(b.r).has(b.at) {
			cost++
		}
	}
	return cost
}

// blot is a point on a line, with half the line's width and some air.
type blot struct {
	at point
	r  float64
}

// lineInk samples every line each few points.
func (p *plan) lineInk() []blot {
	var out []blot
	for i := range p.arcs {
		out = append(out, p.arcs[i].ink()...)
	}
	return out
}

// ink samples one line and its arrowhead.
func (a *arc) ink() []blot {
	var out []blot
	r := a.width/2 + 1.5
	for j := 0; j+3 < len(a.spline); j += 3 {
		b := a.spline[j : j+4]
		n := int(math.Hypot(b[3].x-b[0].x, b[3].y-b[0].y)/3) + 4
		for t := range n {
			out = append(out, blot{bezier(b, float64(t)/float64(n)), r})
		}
	}
	for _, q := range arrowhead(a) {
		out = append(out, blot{q, 2})
	}
	return out
}

func bezier(b []point, t float64) point {
	u := 1 - t
	f := func(p0, p1, p2, p3 float64) float64 { return u*u*u*p0 + 3*u*u*t*p1 + 3*u*t*t*p2 + t*t*t*p3 }
	return point{f(b[0].x, b[1].x, b[2].x, b[3].x), f(b[0].y, b[1].y, b[2].y, b[3].y)}
}
