package draw

import (
	"context"
	"math"

	"github.com/refgraph/refgraph/render/view"
)

// Trackers show a picture 700 to 800 pixels wide. The smallest text, of 10.5
// points, is 9 pixels high at 700 if the picture is no wider than this, in points,
// without its margins.
// More than twice as high as wide is more than anybody scrolls.
const (
	readable = 780
	headRoom = 190 // of the height, for the title and the legend
	leastFit = 10  // boxes; a picture of fewer answers little
	fewBoxes = 16
	tries    = 5   // layouts at most
	hopeless = 1.3 // an estimate that no layout is better than
	hopeful  = 1.1 // an estimate that is worth a layout
)

// fitter looks for the layout of a View that people can read where pictures are
// shown: as it is, then turned, then with fewer boxes; a long chain in rows, a tree
// that is too wide as indented lines.
type fitter struct {
	ctx  context.Context
	lay  layouter
	how  effort
	v    *view.View
	o    *Options
	left int     // layouts that may still be made
	bias float64 // how many times as awkward as estimated a layout was
}

// fitted is the best layout found with at most so many boxes. An error is that of
// the first layout; later ones only fail to be better.
func (f *fitter) fitted(nodes int) (*plan, error) {
	if f.o.Flow == view.Auto {
		if p := f.rows(nodes); p != nil {
			return p, nil
		}
	}
	if f.o.MaxNodes > view.DefaultNodes { // somebody wants them all
		f.left = 2
		return f.placed(nodes)
	}
	f.left = tries
	least := max(leastFit, view.Needed(f.v)+4)
	f.bias = 1
	n := f.start(nodes, least)
	best, err := f.placed(n)
	if err != nil {
		return nil, err
	}
	for n = min(n, len(best.cards)); best.awkward() > allowed(n) && f.left > 0 && n > least; {
		f.bias = max(f.bias, best.awkward()/best.estimate())
		n = f.start(max(least, min(n-1, n*5/6)), least)
		if p, err := f.placed(n); err == nil && p.awkward() < best.awkward() {
			best = p
		}
	}
	return best, nil
}

// allowed is how awkward a picture may be: one of few boxes rather shrinks a
// little, to 9 pixels at 800, than lose more.
func allowed(n int) float64 {
	if n <= fewBoxes {
		return 1.15
	}
	return 1
}

// start is with how many boxes to begin: with all, unless it is plain that they
// cannot fit in either direction.
func (f *fitter) start(n, least int) int {
	for ; n > least; n = max(least, n*4/5) {
		v := *view.Trim(f.v, n)
		if newPlan(&v).estimate()*f.bias <= hopeful {
			break
		}
		if v.Sideways = !v.Sideways; f.o.Flow == view.Auto && newPlan(&v).estimate()*f.bias <= hopeful {
			break
		}
	}
	return n
}

// rows is a plan that needs no engine, for a long chain, or nil.
func (f *fitter) rows(nodes int) *plan {
	p := newPlan(view.Trim(f.v, nodes))
	if order := p.chain(); order != nil {
		p.placeChain(order)
		return p
	}
	return nil
}

// placed lays out at most n boxes as the View is, or turned if that is better, or
// as indented lines if it is a tree that is too wide.
func (f *fitter) placed(n int) (*plan, error) {
	v := view.Trim(f.v, n)
	p := newPlan(v)
	if f.o.Flow == view.Auto && p.estimate() > 1 {
		turned := *v
		turned.Sideways = !v.Sideways
		if q := newPlan(&turned); q.estimate() < p.estimate() {
			p = q
		}
	}
	f.left--
	if err := p.place(f.ctx, f.lay, f.how); err != nil || f.o.Flow != view.Auto || p.awkward() <= allowed(n) {
		return p, err
	}
	if q := f.outline(n); q != nil && q.awkward() <= 1 {
		return q, nil
	}
	return f.turn(p), nil
}

// outline is the plan as indented lines, of as many boxes as fit, or nil if it is
// no tree.
func (f *fitter) outline(nodes int) *plan {
	for n := nodes; ; n = max(leastFit, n*5/6) {
		p := newPlan(view.Trim(f.v, n))
		if !p.placeOutline() {
			return nil
		}
		if p.awkward() <= 1 || n <= leastFit {
			return p
		}
	}
}

// turn is the better of the plan and the same plan in the other direction, which
// is tried if there is hope.
func (f *fitter) turn(p *plan) *plan {
	v := *p.view
	v.Sideways = !v.Sideways
	q := newPlan(&v)
	if f.left <= 0 || q.estimate() > hopeless {
		return p
	}
	f.left--
	if err := q.place(f.ctx, f.lay, f.how); err != nil || q.awkward() >= p.awkward() {
		return p
	}
	return q
}

// awkward measures how far the plan is from being read where tickets are shown;
// up to 1 it is.
func (p *plan) awkward() float64 { return awkward(p.w, p.h) }

func awkward(w, h float64) float64 {
	return math.Max(w/readable, (h+headRoom)/(2*math.Max(w, leastWide)))
}

// estimate guesses how awkward the layout of a plan will be, without the engine:
// from the sizes of the boxes in each rank and of the labels between two.
func (p *plan) estimate() float64 {
	rank := p.view.Ranks()
	deep := 0
	for _, r := range rank {
		deep = max(deep, r)
	}
	across, along := make([]float64, 2*deep+2), make([]float64, 2*deep+2)
	add := func(at int, w, h float64) {
		if p.view.Sideways {
			w, h = h, w
		}
		across[at] += w + 22
		along[at] = max(along[at], h)
	}
	for i := range p.cards {
		add(2*rank[i], p.cards[i].w, p.cards[i].h)
	}
	for i := range p.arcs {
		a := &p.arcs[i]
		if lo := min(rank[a.edge.From], rank[a.edge.To]); a.edge.From != a.edge.To {
			add(2*lo+1, a.lw, max(a.lh, 29))
		}
	}
	w, h := 0.0, 0.0
	for i := range across {
		w, h = max(w, across[i]-22), h+along[i]
	}
	if p.view.Sideways {
		w, h = h, w
	}
	return awkward(w, h)
}
