package render

import (
	"math"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

const (
	margin    = 22.0 // around the picture
	leastWide = 640  // room for a title, even over a narrow graph
)

// compose makes the picture of a placed plan: title, edges, nodes, legend.
func (p *plan) compose() *scene {
	v := p.view
	inner := math.Max(p.w, leastWide)
	title, titleH := v.titleShapes(inner)
	legend, legendH := p.legend(inner)
	off := point{margin + (inner-p.w)/2, margin + titleH}
	p.move(off)
	p.settleLabels()
	s := &scene{
		w: math.Ceil(inner + 2*margin), h: math.Ceil(titleH + p.h + legendH + 2*margin),
		label: v.Title, desc: v.describe(),
	}
	// Labels that were moved, and outlines, may reach past the engine's box.
	s.groups = append(s.groups, group{class: "title", shapes: title})
	for i := range p.arcs {
		s.groups = append(s.groups, p.edgeGroup(i))
	}
	for i := range p.cards {
		n := &v.Nodes[i]
		s.groups = append(s.groups, group{id: nodeID(n, i), class: "node", tooltip: v.tooltip(n), shapes: p.cards[i].shapes(p.at[i])})
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

func nodeID(n *Node, i int) string {
	if n.ID == "" {
		return "n-" + strconv.Itoa(i)
	}
	return n.ID
}

// titleShapes returns the title block, its top left at the margin.
func (v *View) titleShapes(width float64) ([]shape, float64) {
	var out []shape
	y := margin
	title := v.Title
	if title == "" {
		title = "references"
	}
	for _, l := range wrap(upperFirst(title), bold, titleSize, width) {
		out = append(out, textRun{l, bold, titleSize, "ink"}.at(margin, y+titleSize*0.85))
		y += titleSize * 1.25
	}
	for _, sub := range v.Subtitle {
		for _, l := range wrap(sub, sans, lineSize, width) {
			out = append(out, textRun{l, sans, lineSize, "soft"}.at(margin, y+lineSize))
			y += lineSize * 1.4
		}
	}
	return out, y - margin + 22
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) > 0 && r[0] >= 'a' && r[0] <= 'z' {
		return strings.ToUpper(string(r[0])) + string(r[1:])
	}
	return s
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
	ink, style := edgePaint(a.edge)
	pts := a.spline
	if from := p.at[a.edge.From]; p.cards[a.edge.From].kind != ObjectNode && a.edge.From != a.edge.To {
		// The engine clips at a box; the shape drawn is smaller at its corners.
		s := pts[0]
		pts = append([]point{from, from, s, s}, pts[1:]...)
	}
	line := shape{kind: curveShape, pts: pts, dash: style}.outlined(ink, a.width)
	head := shape{kind: polyShape, pts: arrowhead(a)}
	if a.edge.Kind.Collectable() {
		head = head.filled("page").outlined(ink, 1)
	} else {
		head = head.filled(ink)
	}
	return group{id: "e-" + strconv.Itoa(i), class: "edge", tooltip: p.edgeTooltip(a.edge), shapes: []shape{line, head}}
}

func edgePaint(e *Edge) (paint, dash) {
	style := solid
	switch {
	case e.Kind == graph.Conservative:
		style = dotted
	case e.Kind.Collectable():
		style = dashed
	}
	switch {
	case e.Cycle || e.Suspect:
		return "target", style
	case e.Kind.Collectable():
		return "weak", style
	}
	return "edge", style
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

func (p *plan) edgeTooltip(e *Edge) string {
	v := p.view
	s := shortName(&v.Nodes[e.From]) + " → " + shortName(&v.Nodes[e.To])
	if w := edgeWords(e); len(w) > 0 {
		if e.Label != "" {
			w[0] = e.Label
		}
		s += "\n" + strings.Join(w, " · ")
	}
	if e.Retained > 0 {
		s += "\nholds " + Bytes(e.Retained) + " retained"
	}
	return s
}

func shortName(n *Node) string {
	switch n.Kind {
	case RootNode:
		return strings.TrimSpace(n.Head + " " + n.Name)
	case MoreNode:
		return Count(n.Count) + " more"
	}
	return typeName(n)
}

// labelGroup draws the words on an edge.
func (p *plan) labelGroup(i int) group {
	a := &p.arcs[i]
	g := group{class: "label"}
	x, y := a.labelAt.x-a.lw/2+a.pad, a.labelAt.y-a.lh/2+2
	for j, t := range a.lines {
		g.shapes = append(g.shapes, t.at(x, y+t.size*0.95))
		if j == 0 && a.edge.Suspect && a.edge.Label != "" {
			g.shapes = append(g.shapes, wave(x, y+t.size*1.17, t.width()))
		}
		y += t.size * labelLeading
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

// describe says the picture in words, for the desc of the SVG.
func (v *View) describe() string {
	var parts []string
	parts = append(parts, upperFirst(v.Title)+".")
	for _, s := range v.Subtitle {
		parts = append(parts, s+".")
	}
	for i := range v.Edges {
		if i == 40 {
			parts = append(parts, Count(len(v.Edges)-i)+" more references.")
			break
		}
		e := &v.Edges[i]
		parts = append(parts, shortName(&v.Nodes[e.From])+" holds "+shortName(&v.Nodes[e.To])+viaWords(e)+".")
	}
	for _, s := range v.LeftOut {
		parts = append(parts, "Left out: "+s+".")
	}
	return strings.Join(parts, " ")
}

func viaWords(e *Edge) string {
	if w := edgeWords(e); len(w) > 0 {
		return " by " + strings.Join(w, ", ")
	}
	return ""
}
