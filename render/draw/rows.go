package draw

import (
	"github.com/refgraph/refgraph/render/view"
)

// Layouts of our own, for what the engine draws too wide or too high: a long
// chain in rows that are read in turns, and a tree in lines that are indented.

const (
	snakeGapX = 84 // between the boxes of a row: room for a label
	snakeGapY = 44 // between two rows
	chainLong = 7  // boxes of a chain that still go below each other
	chainTail = 2  // boxes beside each other that may hang at its end
)

// chain lists the boxes of a plan that is one long chain, from its start, and
// then what hangs at its end. It returns nil if the plan is anything else.
func (p *plan) chain() []int {
	in, out, ok := p.treeLinks()
	if !ok {
		return nil
	}
	at := -1
	for i := range p.cards {
		if in[i] < 0 {
			if at >= 0 {
				return nil
			}
			at = i
		}
	}
	var order []int
	long := 0
	for at >= 0 {
		order = append(order, at)
		next := out[at]
		if len(next) == 1 {
			at = next[0]
			continue
		}
		if long = len(order); len(next) > chainTail {
			return nil
		}
		for _, n := range next {
			if len(out[n]) > 0 {
				return nil
			}
			order = append(order, n)
		}
		at = -1
	}
	if len(order) != len(p.cards) || long <= chainLong {
		return nil
	}
	return order
}

// treeLinks are the holder of each box, -1 for none, and what it holds, if no box
// has two holders. References of a box to itself are left aside.
func (p *plan) treeLinks() (in []int, out [][]int, ok bool) {
	in, out = make([]int, len(p.cards)), make([][]int, len(p.cards))
	for i := range in {
		in[i] = -1
	}
	for i := range p.arcs {
		e := p.arcs[i].edge
		if e.From == e.To {
			continue
		}
		if in[e.To] >= 0 {
			return nil, nil, false
		}
		in[e.To] = e.From
		out[e.From] = append(out[e.From], e.To)
	}
	for i := range in { // a cycle has no start
		n, steps := i, 0
		for ; in[n] >= 0 && steps <= len(in); n = in[n] {
			steps++
		}
		if steps > len(in) {
			return nil, nil, false
		}
	}
	return in, out, true
}

// placeChain puts a chain in rows: the first from left to right, the next back,
// so that no line is longer than a gap.
func (p *plan) placeChain(order []int) {
	each := cardInner + 2*cardPadX
	cols := max(2, int((readable+snakeGapX)/float64(each+snakeGapX)))
	col := func(k int) int {
		if k/cols%2 == 1 {
			return cols - 1 - k%cols
		}
		return k % cols
	}
	y := 0.0
	for start := 0; start < len(order); start += cols {
		row := order[start:min(len(order), start+cols)]
		high := 0.0
		for _, n := range row {
			high = max(high, p.cards[n].h+p.loopRoom(n))
		}
		for k, n := range row {
			x := float64(col(start+k)*(each+snakeGapX)) + float64(each)/2
			p.at[n] = point{x, y + p.loopRoom(n) + (high-p.loopRoom(n))/2}
		}
		y += high + snakeGapY
	}
	p.w, p.h = float64(cols*each+(cols-1)*snakeGapX), y-snakeGapY
	for i := range p.arcs {
		p.join(&p.arcs[i], float64((cols-1)*(each+snakeGapX)))
	}
	v := *p.view
	v.Turns = len(order)
	p.view, p.settled = &v, true
}

// loopRoom is the height above a box for a reference to itself.
func (p *plan) loopRoom(n int) float64 {
	for i := range p.arcs {
		if e := p.arcs[i].edge; e.From == n && e.To == n {
			return 18 + p.arcs[i].lh
		}
	}
	return 0
}

// join draws a reference between two boxes that are beside or below each other.
// Right of rightmost there is no room for a label.
func (p *plan) join(a *arc, rightmost float64) {
	f, t := p.at[a.edge.From], p.at[a.edge.To]
	fc, tc := &p.cards[a.edge.From], &p.cards[a.edge.To]
	head := arrowSize(a.width)
	switch {
	case a.edge.From == a.edge.To:
		top := f.y - fc.h/2
		a.spline = []point{{f.x - 24, top}, {f.x - 24, top - 24}, {f.x + 24, top - 24}, {f.x + 24, top - head}}
		a.tip = point{f.x + 24, top}
		a.labelAt = point{f.x, top - 21 - a.lh/2}
	case f.y == t.y || abs(f.x-t.x) > 1 && abs(f.y-t.y) < fc.h/2:
		d := 1.0
		if t.x < f.x {
			d = -1
		}
		from, tip := point{f.x + d*fc.w/2, f.y}, point{t.x - d*tc.w/2, t.y}
		end := point{tip.x - d*head, tip.y}
		a.spline, a.tip = straight(from, end), tip
		a.labelAt = point{(from.x + end.x) / 2, min(f.y, t.y) - a.width/2 - 4 - a.lh/2}
	default:
		from, tip := point{f.x, f.y + fc.h/2}, point{t.x, t.y - tc.h/2}
		end := point{tip.x, tip.y - head}
		a.spline, a.tip = straight(from, end), tip
		a.labelAt = point{(f.x+t.x)/2 + a.lw/2, (from.y + tip.y) / 2}
		if f.x > rightmost {
			a.labelAt.x -= a.lw
		}
	}
}

func straight(a, b point) []point { return []point{a, a, b, b} }

func abs(x float64) float64 { return max(x, -x) }

const (
	outlineIndent = 26
	outlineGap    = 7  // between two boxes below each other, besides the label
	outlineCols   = 34 // between two columns
	trunk         = 13 // how far within a box the line below it starts
)

// placeOutline puts a tree in lines, each box indented below its holder, in as
// many columns as fit beside each other. It reports whether the plan is a tree.
func (p *plan) placeOutline() bool {
	in, out, ok := p.treeLinks()
	if !ok {
		return false
	}
	for i := range p.arcs {
		p.arcs[i].flatten()
	}
	o := outliner{p: p, out: out, label: make([]*arc, len(p.cards))}
	for i := range p.arcs {
		if a := &p.arcs[i]; a.edge.From != a.edge.To {
			o.label[a.edge.To] = a
		}
	}
	var tops []int
	deep, total := 0, 0.0
	for i := range p.cards {
		if in[i] < 0 {
			tops = append(tops, i)
			total += o.height(i)
		}
		d := 0
		for n := i; in[n] >= 0; n = in[n] {
			d++
		}
		deep = max(deep, d)
	}
	wide := float64(cardInner + 2*cardPadX + deep*outlineIndent)
	for i := range p.cards {
		wide = max(wide, p.cards[i].w)
	}
	cols := max(1, min(len(tops), int((readable+outlineCols)/(wide+outlineCols))))
	heights := make([]float64, cols)
	for _, n := range tops {
		k := 0
		for c := range heights {
			if heights[c] < heights[k]-1 {
				k = c
			}
		}
		heights[k] = o.put(n, float64(k)*(wide+outlineCols), heights[k]) + 14
	}
	p.w = float64(cols)*(wide+outlineCols) - outlineCols
	for _, h := range heights {
		p.h = max(p.h, h-14)
	}
	p.settled = true
	return true
}

type outliner struct {
	p     *plan
	out   [][]int
	label []*arc // what leads to each box
}

// above is the room for the label over a box.
func (o *outliner) above(n int) float64 {
	if a := o.label[n]; a != nil && a.lh > 0 {
		return a.lh + outlineGap
	}
	return outlineGap
}

func (o *outliner) height(n int) float64 {
	h := o.above(n) + o.p.cards[n].h
	for _, m := range o.out[n] {
		h += o.height(m)
	}
	return h
}

// put places a box and what it holds below y and returns where that ends.
func (o *outliner) put(n int, x, y float64) float64 {
	c := &o.p.cards[n]
	y += o.above(n)
	o.p.at[n] = point{x + c.w/2, y + c.h/2}
	bottom := y + c.h
	y = bottom
	for _, m := range o.out[n] {
		y = o.put(m, x+outlineIndent, y)
		a, to := o.label[m], &o.p.cards[m]
		left, mid := x+outlineIndent, o.p.at[m].y
		top := mid - to.h/2
		if to.Kind == view.RootNode {
			left += 2
		}
		start, corner := point{x + trunk, bottom}, point{x + trunk, mid}
		end := point{left - arrowSize(a.width), mid}
		a.spline = append(straight(start, corner), corner, end, end)
		a.tip = point{left, mid}
		a.labelAt = point{left + a.lw/2, top - a.lh/2 - 1}
	}
	return y
}

// flatten puts the words of a label beside each other.
func (a *arc) flatten() {
	if len(a.lines) == 0 {
		return
	}
	a.flat, a.pad = true, 1
	a.lw, a.lh = 2*a.pad, 0
	for i, t := range a.lines {
		if i > 0 {
			a.lw += flatGap
		}
		a.lw += runWidth(t)
		a.lh = max(a.lh, t.Size*labelLeading+2)
	}
}

const flatGap = 7
