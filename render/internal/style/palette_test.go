package style

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// luminance is that of WCAG 2.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 32)
	if err != nil || len(color) != 7 {
		t.Fatalf("color %q", color)
	}
	lin := func(c uint64) float64 {
		x := float64(c&0xff) / 255
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(v>>16) + 0.7152*lin(v>>8) + 0.0722*lin(v)
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text is readable and outlines can be told from the page, light and dark.
func TestContrast(t *testing.T) {
	fills := []Paint{"page", "target-fill", "other-fill"}
	lines := []Paint{"target", "other", "edge", "weak", "root"}
	for _, r := range []graph.Runtime{graph.RuntimeGo, graph.RuntimePython, graph.RuntimeJVM, graph.RuntimeJS, graph.RuntimeRuby} {
		p, tag := Of(r)
		if tag == "" {
			t.Errorf("%s has no tag", r)
		}
		fills, lines = append(fills, p+"-fill", p+"-cold", p+"-hot"), append(lines, p)
	}
	check := func(what string, a, b Paint, least float64) {
		for mode, get := range map[string]func(Hue) string{"light": func(h Hue) string { return h.Light }, "dark": func(h Hue) string { return h.Dark }} {
			if c := contrast(t, get(Palette[a]), get(Palette[b])); c < least {
				t.Errorf("%s: %s on %s, %s: contrast %.2f, want %g", what, a, b, mode, c, least)
			}
		}
	}
	for _, fill := range fills {
		for _, ink := range []Paint{"ink", "soft", "faint", "target-ink"} {
			check("text", ink, fill, 4.5)
		}
	}
	check("text", "onroot", "root", 4.5)
	for _, l := range lines {
		check("line", l, "page", 2)
	}
	for p, h := range Palette {
		luminance(t, h.Light)
		luminance(t, h.Dark)
		if strings.HasSuffix(string(p), "-rest") {
			check("bar", Paint(strings.TrimSuffix(string(p), "-rest")), p, 1.5)
		}
	}
}
