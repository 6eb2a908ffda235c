package draw

import (
	"math"
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// textScene draws the text tree, for when no layout could be had; it needs no
// engine, so a picture always comes out.
func textScene(v *view.View, o *Options, why error) *scene {
	v = view.Trim(v, o.MaxNodes)
	lines := strings.Split(strings.TrimRight(string(v.Tree(false)), "\n"), "\n")
	lines = append(lines, "", "the layout engine gave no picture ("+view.Middle(view.Clean(why.Error()), 120)+"), so this is the text form")
	g := group{class: "node"}
	y, width := margin, 0.0
	for _, l := range lines {
		t := style.Text(view.Middle(l, 200), style.Mono, 11, "ink")
		y += 15
		if strings.TrimSpace(t.S) != "" {
			g.shapes = append(g.shapes, at(t, margin, y))
		}
		width = math.Max(width, runWidth(t))
	}
	return &scene{w: math.Ceil(width + 2*margin), h: math.Ceil(y + margin), label: v.Title, desc: v.Describe(), groups: []group{g}}
}
