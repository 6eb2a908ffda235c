package draw

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

const (
	margin    = 18.0 // around the picture
	leastWide = 540  // room for a title, even over a narrow graph
)

// A phone shows a picture this wide, in pixels. The title and the verdict are
// drawn so large that they can be read there too: so many pixels high.
const (
	phoneWide    = 390
	phoneTitle   = 12
	phoneVerdict = 9.4
	phoneFacts   = 7.5
	mostWide     = 1100 // points; over wider pictures the words grow no more
)

// compose makes the picture of a placed plan: title, edges, nodes, legend.
func (p *plan) compose() *scene {
	v := p.view
	inner := math.Max(p.w, leastWide)
	title, titleH := titleShapes(v, inner)
	legend, legendH := p.legend(inner)
	off := point{margin + (inner-p.w)/2, margin + titleH}
	p.move(off)
	if !p.settled {
		p.settleLabels()
	}
	s := &scene{
		w: math.Ceil(inner + 2*margin), h: math.Ceil(titleH + p.h + legendH + 2*margin),
		label: v.Title, desc: v.Describe(),
	}
	// Labels that were moved, and outlines, may reach past the engine's box.
	s.groups = append(s.groups, group{class: "title", shapes: title})
	for i := range p.arcs {
		s.groups = append(s.groups, p.edgeGroup(i))
	}
	for i := range p.cards {
		n := &v.Nodes[i]
		s.groups = append(s.groups, group{id: v.Anchor(i), class: "node", tooltip: v.Tooltip(n), shapes: p.cards[i].shapes(p.at[i])})
	}
	// Labels last: no line may cross a word.
	for i := range p.arcs {
		if g := p.labelGroup(i); len(g.shapes) > 0 {
			s.groups = append(s.groups, g)
		}
	}
	s.groups = append(s.groups, group{class: "legend", shapes: moved(legend, point{0, margin + titleH + p.h})})
	return s
}

// titleShapes returns the title block, its top left at the margin.
func titleShapes(v *view.View, width float64) ([]shape, float64) {
	zoom := min(width+2*margin, mostWide) / phoneWide
	h := heading{width: width, y: margin}
	title := v.Title
	if title == "" {
		title = "references"
	}
	h.lines(view.UpperFirst(title), style.Text("", style.Bold, max(style.TitleSize, phoneTitle*zoom), "ink"), 0)
	if v.Verdict != "" {
		h.verdict(view.UpperFirst(v.Verdict), style.Text("", style.Bold, max(style.LineSize+1, phoneVerdict*zoom), "ink"))
	}
	for _, sub := range v.Subtitle {
		h.lines(sub, style.Text("", style.Sans, max(style.BodySize, phoneFacts*zoom), "soft"), 0)
	}
	return h.out, h.y - margin + 20
}

// heading is the words over a picture, from top to bottom.
type heading struct {
	width float64
	y     float64
	out   []shape
}

func (h *heading) lines(s string, t style.Run, indent float64) {
	for _, l := range wrap(s, t.Font, t.Size, h.width-2*indent) {
		t.S = l
		h.out = append(h.out, at(t, margin+indent, h.y+t.Size))
		h.y += t.Size * 1.3
	}
}

// verdict is set off: it is what the eye should find first.
func (h *heading) verdict(s string, t style.Run) {
	const pad, edge = 7, 4
	top, first := h.y+3, len(h.out)
	h.y = top + pad - 2
	h.lines(s, t, edge+pad)
	h.y += pad
	band := box(margin, top, h.width, h.y-top, 3).filled("target-fill")
	mark := box(margin, top, edge, h.y-top, 0).filled("target")
	h.out = append(h.out[:first:first], append([]shape{band, mark}, h.out[first:]...)...)
	h.y += 6
}

func (p *plan) move(d point) {
	for i := range p.at {
		p.at[i] = p.at[i].plus(d)
	}
	for i := range p.arcs {
		a := &p.arcs[i]
		for j := range a.spline {
			a.spline[j] = a.spline[j].plus(d)
		}
		a.tip, a.labelAt = a.tip.plus(d), a.labelAt.plus(d)
	}
}

func moved(shapes []shape, d point) []shape {
	for i := range shapes {
		for j := range shapes[i].pts {
			shapes[i].pts[j] = shapes[i].pts[j].plus(d)
		}
	}
	return shapes
}

func (p point) plus(q point) point { return point{p.x + q.x, p.y + q.y} }

// edgeGroup draws line and arrowhead.
func (p *plan) edgeGroup(i int) group {
	a := &p.arcs[i]
	ink, dash := a.edge.Look()
	pts := a.spline
	if from := p.at[a.edge.From]; p.cards[a.edge.From].Kind != view.ObjectNode && a.edge.From != a.edge.To {
		// The engine clips at a box; the shape drawn is smaller at its corners.
		s := pts[0]
		pts = append([]point{from, from, s, s}, pts[1:]...)
	}
	line := shape{kind: curveShape, pts: pts, dash: dash}.outlined(ink, a.width)
	head := shape{kind: polyShape, pts: arrowhead(a)}
	if a.edge.Kind.Collectable() {
		head = head.filled("page").outlined(ink, 1)
	} else {
		head = head.filled(ink)
	}
	return group{id: "e-" + strconv.Itoa(i), class: "edge", tooltip: p.edgeTooltip(a.edge), shapes: []shape{line, head}}
}

// arrowhead is a triangle from the end of the line to the tip.
func arrowhead(a *arc) []point {
	end := a.spline[len(a.spline)-1]
	dx, dy := a.tip.x-end.x, a.tip.y-end.y
	d := math.Hypot(dx, dy)
	if d < 0.5 {
		c := a.spline[len(a.spline)-2]
		dx, dy = end.x-c.x, end.y-c.y
		if d = math.Hypot(dx, dy); d == 0 {
			dx, dy, d = 0, 1, 1
		}
		size := arrowSize(a.width)
		end = point{a.tip.x - dx/d*size, a.tip.y - dy/d*size}
	}
	half := a.width*0.8 + 2.6
	nx, ny := -dy/d*half, dx/d*half
	return []point{{end.x + nx, end.y + ny}, a.tip, {end.x - nx, end.y - ny}}
}

func (p *plan) edgeTooltip(e *view.Edge) string {
	v := p.view
	s := v.Nodes[e.From].ShortName() + " → " + v.Nodes[e.To].ShortName()
	if w := v.EdgeWords(e); len(w) > 0 {
		w[0] = cmp.Or(e.Label, w[0])
		s += "\n" + strings.Join(w, " · ")
	}
	if e.Retained > 0 {
		s += "\nholds " + view.Bytes(e.Retained) + " retained"
	}
	return s
}

// labelGroup draws the words on an edge.
func (p *plan) labelGroup(i int) group {
	a := &p.arcs[i]
	g := group{class: "label"}
	x, y := a.labelAt.x-a.lw/2+a.pad, a.labelAt.y-a.lh/2+2
	for j, t := range a.lines {
		g.shapes = append(g.shapes, at(t, x, y+t.Size*0.95))
		if j < a.waved {
			g.shapes = append(g.shapes, wave(x, y+t.Size*1.17, runWidth(t)))
		}
		if a.flat {
			x += runWidth(t) + flatGap
		} else {
			y += t.Size * labelLeading
		}
	}
	return g
}

// wave underlines the reference to cut.
func wave(x, y, w float64) shape {
	s := shape{kind: lineShape}
	for i := 0; float64(i)*2.5 <= w; i++ {
		s.pts = append(s.pts, point{x + float64(i)*2.5, y + 1.6*float64(i%2)})
	}
	if len(s.pts) < 2 {
		s.pts = []point{{x, y}, {x + w, y}}
	}
	return s.outlined("target", 1)
}
