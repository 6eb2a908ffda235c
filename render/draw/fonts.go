package draw

import (
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/liberation/liberationmonoregular"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"github.com/golang/freetype/truetype"
	"github.com/refgraph/refgraph/render/draw/internal/glyphs"
	"github.com/refgraph/refgraph/render/internal/style"
	"golang.org/x/image/math/fixed"
)

// The embedded fonts have the metrics of Arial and Courier New, so text measured
// here fits wherever the SVG is opened.
var fontFamilies = [style.NumFonts]string{
	style.Sans: `Arial,"Liberation Sans",Helvetica,sans-serif`,
	style.Bold: `Arial,"Liberation Sans",Helvetica,sans-serif`,
	style.Mono: `"Courier New","Liberation Mono",Courier,monospace`,
}

var fontData = [style.NumFonts][]byte{
	style.Sans: liberationsansregular.TTF,
	style.Bold: liberationsansbold.TTF,
	style.Mono: liberationmonoregular.TTF,
}

// fonts parses on first use; the data is embedded, so it cannot fail on input.
var fonts = sync.OnceValue(func() (f [style.NumFonts]*truetype.Font) {
	for i, data := range fontData {
		font, err := truetype.Parse(data)
		if err != nil {
			panic("embedded font: " + err.Error())
		}
		f[i] = font
	}
	return f
})

// textWidth measures s in points at the given size.
func textWidth(s string, id style.Font, size float64) float64 {
	f := fonts()[id]
	em := fixed.Int26_6(f.FUnitsPerEm())
	total, prev := fixed.Int26_6(0), truetype.Index(0)
	for _, r := range glyphs.Visual(s) {
		i := f.Index(r)
		if i == 0 {
			total += missingWidth(r, em)
		} else {
			if prev != 0 {
				total += f.Kern(em, prev, i)
			}
			total += f.HMetric(em, i).AdvanceWidth
		}
		prev = i
	}
	return float64(total) / float64(em) * size
}

// missingWidth is the advance of a character that the fonts of pictures lack, as
// other fonts draw it: CJK takes an em, an emoji a little more. What has a glyph in
// the fallback fonts gets a little room, for the viewer of an SVG has others.
func missingWidth(r rune, em fixed.Int26_6) fixed.Int26_6 {
	switch {
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		return 0
	case r >= 0x1F000:
		return em * 5 / 4
	case r >= 0x1100 && r < 0xFB50:
		return em
	}
	if f := glyphs.Font(r); f != nil {
		own := fixed.Int26_6(f.FUnitsPerEm())
		return f.HMetric(own, f.Index(r)).AdvanceWidth * em / own * 21 / 20
	}
	return em
}

// ownGlyphs reports whether the fonts of pictures have all of a text, so that its
// width is known wherever it is shown.
func ownGlyphs(s string, id style.Font) bool {
	f := fonts()[id]
	return !strings.ContainsFunc(s, func(r rune) bool { return f.Index(r) == 0 || r >= 0x590 && r < 0x900 })
}
