package render

import (
	"math"
	"strings"
)

// textScene draws the text tree, for when no layout could be had; it needs no
// engine, so a picture always comes out.
func textScene(v *View, o *Options, why error) *scene {
	v = Trim(v, o.MaxNodes)
	lines := strings.Split(strings.TrimRight(string(v.text(false)), "\n"), "\n")
	lines = append(lines, "", "the layout engine gave no picture ("+middle(clean(why.Error()), 120)+"), so this is the text form")
	g := group{class: "node"}
	y, width := margin, 0.0
	for _, l := range lines {
		t := textRun{middle(l, 200), mono, 11, "ink"}
		y += 15
		if strings.TrimSpace(t.s) != "" {
			g.shapes = append(g.shapes, t.at(margin, y))
		}
		width = math.Max(width, t.width())
	}
	return &scene{w: math.Ceil(width + 2*margin), h: math.Ceil(y + margin), label: v.Title, desc: v.describe(), groups: []group{g}}
}
