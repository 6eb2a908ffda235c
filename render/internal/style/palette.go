package style

import "github.com/refgraph/refgraph/graph"

// Paint names a colour of the palette; the SVG carries its light form as an
// attribute, and its dark form in a style sheet.
type Paint string

// Hue is a paint's value on a light and on a dark page.
type Hue struct{ Light, Dark string }

// Palette has the hue of every paint.
//
// The hues of runtimes and targets are told apart in the common forms of colour
// blindness (Okabe and Ito, "Color Universal Design", 2008; Tol's palettes).
var Palette = map[Paint]Hue{
	"page":   {"#ffffff", "#15191e"},
	"ink":    {"#111111", "#f2f2f2"},
	"soft":   {"#404040", "#cfcfcf"},
	"faint":  {"#5a5a5a", "#a8a8a8"},
	"root":   {"#333333", "#4c525b"},
	"onroot": {"#ffffff", "#ffffff"},
	"edge":   {"#555555", "#a6a6a6"},
	"weak":   {"#777777", "#8f8f8f"},

	"go": {"#0072b2", "#56b4e9"}, "go-fill": {"#e8f2f9", "#12293a"}, "go-rest": {"#c6deed", "#24455d"},
	"python": {"#b58900", "#e3b93f"}, "python-fill": {"#fbf5e2", "#2d2610"}, "python-rest": {"#ead9a6", "#5a4a18"},
	"jvm": {"#cc79a7", "#e3a3c6"}, "jvm-fill": {"#faeff5", "#331f2b"}, "jvm-rest": {"#efd0e0", "#5f3a4f"},
	"javascript": {"#009e73", "#3ecfa4"}, "javascript-fill": {"#e5f5f0", "#0f2d25"}, "javascript-rest": {"#b9e3d6", "#1f5545"},
	"ruby": {"#aa3377", "#e07ab3"}, "ruby-fill": {"#f8ebf2", "#331826"}, "ruby-rest": {"#e6c0d5", "#5f2a48"},
	"other": {"#777777", "#aaaaaa"}, "other-fill": {"#f5f5f5", "#24272b"}, "other-rest": {"#dcdcdc", "#44484d"},

	"target": {"#d55e00", "#ff8c3a"}, "target-fill": {"#fff4ec", "#33200f"}, "target-rest": {"#f6d5bd", "#5c3a1f"},
	"target-ink": {"#a84a00", "#ffb27a"},
}

// Of returns the paint of a runtime's objects and its text tag.
func Of(r graph.Runtime) (Paint, string) {
	switch r {
	case graph.RuntimeGo:
		return "go", "Go"
	case graph.RuntimePython:
		return "python", "Python"
	case graph.RuntimeJVM:
		return "jvm", "JVM"
	case graph.RuntimeJS:
		return "javascript", "JS"
	case graph.RuntimeRuby:
		return "ruby", "Ruby"
	}
	return "other", ""
}
