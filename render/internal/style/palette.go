package style

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// Paint names a colour of the palette; the SVG carries its light form as an
// attribute, and its dark form in a style sheet.
type Paint string

// Hue is a paint's value on a light and on a dark page.
type Hue struct{ Light, Dark string }

// Palette has the hue of every paint.
//
// The hues of targets, and those of runtimes (lang.Hue), are told apart in the
// common forms of colour blindness (Okabe and Ito, "Color Universal Design",
// 2008; Tol's palettes).
var Palette = func() map[Paint]Hue {
	all := map[Paint]Hue{}
	maps.Copy(all, ownPaints)
	addRuntime(all, lang.For(""))
	for _, l := range lang.All() {
		addRuntime(all, l)
	}
	return all
}()

// ownPaints are the paints of all pictures, whatever the runtime.
var ownPaints = map[Paint]Hue{
	"page":   {"#ffffff", "#15191e"},
	"ink":    {"#111111", "#f2f2f2"},
	"soft":   {"#404040", "#cfcfcf"},
	"faint":  {"#5a5a5a", "#a8a8a8"},
	"root":   {"#333333", "#4c525b"},
	"onroot": {"#ffffff", "#ffffff"},
	"edge":   {"#555555", "#a6a6a6"},
	"weak":   {"#777777", "#8f8f8f"},

	"target": {"#d55e00", "#ff8c3a"}, "target-fill": {"#fff4ec", "#33200f"}, "target-rest": {"#f6d5bd", "#5c3a1f"},
	"target-ink": {"#a84a00", "#ffb27a"},
}

// Of returns the paint of a runtime's objects and its text tag.
func Of(r graph.Runtime) (Paint, string) {
	l := lang.For(r)
	return runtimeName(l), l.Tag
}

func runtimeName(l *lang.Language) Paint {
	if l.Runtime == "" {
		return "other"
	}
	return Paint(l.Runtime)
}

// addRuntime adds the paints of a runtime's objects to a palette.
func addRuntime(to map[Paint]Hue, l *lang.Language) {
	name := runtimeName(l)
	to[name] = Hue{l.Hue.Line.Light, l.Hue.Line.Dark}
	to[name+"-fill"] = Hue{l.Hue.Fill.Light, l.Hue.Fill.Dark}
	to[name+"-rest"] = Hue{l.Hue.Rest.Light, l.Hue.Rest.Dark}
	page := ownPaints["page"]
	to[name+"-cold"] = mixed(page, to[name+"-fill"], 0.5)
	to[name+"-hot"] = mixed(to[name+"-fill"], to[name+"-rest"], 0.25)
}

// mixed is a hue between two, with so much of the second.
func mixed(a, b Hue, much float64) Hue {
	mix := func(a, b string) string {
		x, _ := strconv.ParseUint(a[1:], 16, 32)
		y, _ := strconv.ParseUint(b[1:], 16, 32)
		z := uint64(0)
		for shift := 0; shift < 24; shift += 8 {
			z |= uint64(float64(x>>shift&0xff)*(1-much)+float64(y>>shift&0xff)*much) << shift
		}
		return fmt.Sprintf("#%06x", z)
	}
	return Hue{mix(a.Light, b.Light), mix(a.Dark, b.Dark)}
}
