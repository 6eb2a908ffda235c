package render

import (
	"maps"
	"slices"
)

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

type dash uint8

const (
	solid  dash = iota
	dashed      // the collector takes what nothing else holds
	dotted      // conservative
)

var dashes = map[dash][]float64{dashed: {6, 4}, dotted: {1.5, 3}}

type shape struct {
	kind   shapeKind
	pts    []point
	w, h   float64
	round  float64 // radius of a rectangle's corners
	fill   paint   // "" for none
	stroke paint   // "" for none
	width  float64 // of the stroke
	dash   dash
	text   string
	font   fontID
	size   float64
}

func sortedPaints[V any](m map[paint]V) []paint { return slices.Sorted(maps.Keys(m)) }

// textRun is a piece of text in one style.
type textRun struct {
	s     string
	font  fontID
	size  float64
	paint paint
}

func (t textRun) width() float64 { return textWidth(t.s, t.font, t.size) }

// at places the text with its baseline starting at x, y.
func (t textRun) at(x, y float64) shape {
	return shape{kind: textShape, pts: []point{{x, y}}, w: t.width(), fill: t.paint, text: t.s, font: t.font, size: t.size}
}

func box(x, y, w, h, round float64) shape {
	return shape{kind: rectShape, pts: []point{{x, y}}, w: w, h: h, round: round}
}

func (s shape) filled(p paint) shape { s.fill = p; return s }

func (s shape) outlined(p paint, width float64) shape { s.stroke, s.width = p, width; return s }
