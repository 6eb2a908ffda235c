package render

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
		for _, d := range labelMoves {
			if c := labelCost(a.words().shifted(d), k, taken, ink) + math.Hypot(d.x, d.y)/100; c < bestCost {
				best, bestCost = d, c
			}
			if bestCost < 0.001 {
				break
			}
		}
		a.labelAt = a.labelAt.plus(best)
		taken[k] = a.words()
		k++
	}
}

// labelMoves are the places tried, as offsets from the engine's.
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
		a := &p.arcs[i]
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
	}
	return out
}

func bezier(b []point, t float64) point {
	u := 1 - t
	f := func(p0, p1, p2, p3 float64) float64 { return u*u*u*p0 + 3*u*u*t*p1 + 3*u*t*t*p2 + t*t*t*p3 }
	return point{f(b[0].x, b[1].x, b[2].x, b[3].x), f(b[0].y, b[1].y, b[2].y, b[3].y)}
}
