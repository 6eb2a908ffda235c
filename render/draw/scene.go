package draw

import "github.com/refgraph/refgraph/render/internal/style"

// scene is a picture as shapes at final positions, in points from the top left.
// SVG and PNG are two ways of writing one scene, so they cannot differ.
type scene struct {
	w, h   float64
	label  string // what the picture is, for screen readers
	desc   string // the same at length
	groups []group
}

// group is what belongs together: a node, an edge, the title, the legend.
type group struct {
	id      string // unique, stable; may be empty
	class   string // "node", "edge", "title", "legend"
	tooltip string
	shapes  []shape
}

type point struct{ x, y float64 }

type shapeKind uint8

const (
	rectShape  shapeKind = iota // pts[0] is the top left; w, h, round
	polyShape                   // a closed polygon
	curveShape                  // 1+3n points: start, then control, control, end
	lineShape                   // an open polyline
	textShape                   // pts[0] is the start of the baseline; w is the text's width
)

var dashes = map[style.Dash][]float64{style.Dashed: {6, 4}, style.Dotted: {1.5, 3}}

type shape struct {
	kind   shapeKind
	pts    []point
	w, h   float64
	round  float64     // radius of a rectangle's corners
	fill   style.Paint // "" for none
	stroke style.Paint // "" for none
	width  float64     // of the stroke
	dash   style.Dash
	text   string
	font   style.Font
	size   float64
}

// runWidth measures the text in points.
func runWidth(t style.Run) float64 { return textWidth(t.S, t.Font, t.Size) }

// at places the text with its baseline starting at x, y.
func at(t style.Run, x, y float64) shape {
	return shape{kind: textShape, pts: []point{{x, y}}, w: runWidth(t), fill: t.Paint, text: t.S, font: t.Font, size: t.Size}
}

func box(x, y, w, h, round float64) shape {
	return shape{kind: rectShape, pts: []point{{x, y}}, w: w, h: h, round: round}
}

func (s shape) filled(p style.Paint) shape { s.fill = p; return s }

func (s shape) outlined(p style.Paint, width float64) shape { s.stroke, s.width = p, width; return s }
