package view

import (
	"math"
	"strconv"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/internal/style"
)

// Look is the colour and the pattern of a reference's line.
func (e *Edge) Look() (style.Paint, style.Dash) {
	dash := style.Solid
	switch {
	case e.Kind == graph.Conservative:
		dash = style.Dotted
	case e.Kind.Collectable():
		dash = style.Dashed
	}
	switch {
	case e.Cycle || e.Suspect:
		return "target", dash
	case e.Kind.Collectable():
		return "weak", dash
	}
	return "edge", dash
}

// leastCut is the width of a reference to cut, whatever it frees alone.
const leastCut = 2.4

// Width is that of a reference's line, 1 to 5 points, by the share that is held
// of a heap of total bytes.
func (e *Edge) Width(total uint64) float64 {
	if !e.Kind.Retains() {
		return 1
	}
	w := 1 + 4*math.Sqrt(Share(e.Retained, total))
	if e.Suspect {
		return max(w, leastCut)
	}
	return w
}

// Anchor is the id of box i of the View, also if it has none of its own.
func (v *View) Anchor(i int) string {
	if id := v.Nodes[i].ID; id != "" {
		return id
	}
	return "n-" + strconv.Itoa(i)
}

// TopRoots lists the boxes of roots that nothing else points to, by index.
func (v *View) TopRoots() []int {
	held := make([]bool, len(v.Nodes))
	for i := range v.Edges {
		held[v.Edges[i].To] = true
	}
	var out []int
	for i := range v.Nodes {
		if v.Nodes[i].Kind == RootNode && !held[i] {
			out = append(out, i)
		}
	}
	return out
}

// rankTop is the statement in DOT that puts the roots that nothing points to
// beside each other at the top, or "".
func (v *View) rankTop() string {
	roots := v.TopRoots()
	if len(roots) == 0 {
		return ""
	}
	s := "{rank=source"
	for _, i := range roots {
		s += "; n" + strconv.Itoa(i)
	}
	return s + "}"
}
