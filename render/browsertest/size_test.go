package browsertest

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// sizes.js shows a picture at a width and measures its texts.
//
//go:embed testdata/sizes.js
var sizes string

// dark makes a page believe that the reader likes it dark.
func dark(scheme string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}})
}

// TestReadAtTheWidthOfTrackersAndPhones shows each picture 800 and 390 pixels wide,
// as trackers and phones do, light and dark. At 800 every text can be read and the
// picture is at most twice as high as wide, but for long chains; at 390 the title,
// the verdict and the target can.
func TestReadAtTheWidthOfTrackersAndPhones(t *testing.T) {
	files := pictures(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name == "hostile" || name == "empty" { // no picture of anything
			continue
		}
		for _, scheme := range []string{"light", "dark"} {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				p := open(t, files[name], dark(scheme))
				for _, width := range []int{800, 390} {
					var got struct {
						Least, Title, Verdict, Target, Height, Contrast float64
						Smallest, Faint                                 string
						Chain                                           bool
					}
					p.run(chromedp.Evaluate(fmt.Sprintf("(%s)(%d)", sizes, width), &got))
					if width == 800 && (got.Least < 9 || got.Height > 1600 && !got.Chain) {
						t.Errorf("at %d: the smallest text, %q, is %.1f pixels high, the picture %.0f", width, got.Smallest, got.Least, got.Height)
					}
					if width == 390 && (got.Title < 11 || got.Verdict < 9 || got.Target < 7.5) {
						t.Errorf("at %d: title %.1f, verdict %.1f, target %.1f pixels", width, got.Title, got.Verdict, got.Target)
					}
					if got.Contrast < 4.5 {
						t.Errorf("%q has a contrast of %.1f", got.Faint, got.Contrast)
					}
				}
				p.quiet()
			})
		}
	}
}

// TestReportOnAPhone scrolls in one direction only.
func TestReportOnAPhone(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		p := open(t, reportFile(t), dark(scheme), chromedp.EmulateViewport(390, 800))
		if w := eval[float64](p, "document.documentElement.scrollWidth"); w > 390 {
			t.Errorf("%s: the page is %g wide", scheme, w)
		}
		wide := eval[[]string](p, `[...document.querySelectorAll(".scroll")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.getAttribute("aria-label") + " " + e.scrollWidth)`)
		if len(wide) > 0 {
			t.Errorf("%s: wider than the screen: %q", scheme, wide)
		}
		small := eval[[]string](p, `[...document.querySelectorAll("p, li, td, th, h1, h2, h3")].filter((e) => e.offsetParent && parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.textContent.slice(0, 30))`)
		if len(small) > 0 {
			t.Errorf("%s: too small to read: %q", scheme, small)
		}
		p.quiet()
	}
}

// TestReportOnPaper takes four sheets at most.
func TestReportOnPaper(t *testing.T) {
	p := open(t, reportFile(t))
	var pdf []byte
	p.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().WithPreferCSSPageSize(true).Do(ctx)
		return err
	}))
	if n := len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(pdf, -1)); n < 1 || n > 4 {
		t.Errorf("%d pages", n)
	}
}
