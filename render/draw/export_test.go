package draw

import (
	"bytes"
	"context"
	"image/png"
	"io"

	"github.com/refgraph/refgraph/render/draw/internal/engine"
	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// What the tests of package render_test see of the inside.
var (
	SVGTexts  = svgTexts
	Writers   = writers
	MaxPixels = int(maxPixels)
)

// CardTexts lists what the boxes of v say.
func CardTexts(v *view.View) []string {
	var out []string
	for i := range v.Nodes {
		for _, r := range v.Card(&v.Nodes[i]).Rows {
			out = append(out, r.Left.S, r.Right.S)
		}
	}
	return out
}

// Uncharted composes v without the engine, all boxes in one place, and checks
// the SVG.
func Uncharted(v *view.View) ([]byte, error) {
	p := newPlan(view.Prepare(v, nil))
	p.w, p.h = 300, 300
	for i := range p.arcs {
		p.arcs[i].spline = []point{{0, 0}, {10, 10}, {20, 20}, {30, 30}}
		p.arcs[i].tip = point{35, 35}
	}
	s := p.compose()
	svg := s.svg(&Options{})
	return svg, s.check(svg)
}

// CheckAgainst checks an SVG against what Uncharted drew.
func CheckAgainst(v *view.View, svg []byte) error {
	p := newPlan(view.Prepare(v, nil))
	for i := range p.arcs {
		p.arcs[i].spline = make([]point, 4)
	}
	return p.compose().check(svg)
}

// StandIn draws the text form that stands in for a failed layout.
func StandIn(v *view.View, err error) ([]byte, error) {
	o := (&Options{}).withDefaults()
	s := textScene(view.Choose(v, &o.Options), &o, err)
	svg := s.svg(&o)
	return svg, s.check(svg)
}

// PaintText paints one line of text.
func PaintText(w io.Writer, text string) error {
	s := &scene{w: 200, h: 40, groups: []group{{shapes: []shape{at(style.Text(text, style.Sans, 14, "ink"), 10, 25)}}}}
	return png.Encode(w, s.paint(2))
}

// FitPixels says how a picture of the size would be scaled, and what it says
// about that.
func FitPixels(w, h, scale float64) (float64, string) {
	s := &scene{w: w, h: h}
	scale = s.fitPixels(scale)
	var b bytes.Buffer
	for _, g := range s.groups {
		for _, sh := range g.shapes {
			b.WriteString(sh.text)
		}
	}
	return scale, b.String()
}

// DrawFailing draws v with an engine that fails the first times. It returns the
// SVG and the DOT that the engine was given each time.
func DrawFailing(ctx context.Context, v *view.View, failures int, err error) (svg []byte, dots []string, _ error) {
	o := (&Options{Options: view.Options{MaxNodes: view.DefaultNodes + 1}}).withDefaults() // all of them, whether they fit or not
	lay := func(ctx context.Context, dot []byte) ([]byte, error) {
		if dots = append(dots, string(dot)); len(dots) <= failures {
			return nil, err
		}
		return engine.Here(ctx, dot)
	}
	s, err := drawBy(ctx, lay, v, &o)
	if err != nil {
		return nil, dots, err
	}
	return s.svg(&o), dots, nil
}
