package browsertest

import (
	"bytes"
	"context"
	_ "embed"
	"image"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/internal/sample"
)

// fit.js lists the texts of a picture that leave their box or touch others.
//
//go:embed testdata/fit.js
var fit string

// gallery is where the pictures of the README are.
const gallery = "../../testdata/gallery"

// pictures returns SVG files by name: the samples, and the gallery.
func pictures(t *testing.T) map[string]string {
	t.Helper()
	views := sample.All()
	views["hostile"] = sample.HostileView()
	files := map[string]string{}
	for name, v := range views {
		files[name] = save(t, name+".svg", func(b *bytes.Buffer) error { return draw.SVG(context.Background(), b, v, nil) })
	}
	found, err := filepath.Glob(gallery + "/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		abs, err := filepath.Abs(f)
		if err != nil {
			t.Fatal(err)
		}
		files["gallery/"+filepath.Base(f)] = abs
	}
	return files
}

// large pictures do not fit a screenshot.
var large = map[string]bool{"service": true, "hostile": true}

func TestNoTextLeavesItsBox(t *testing.T) {
	files := pictures(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			p := open(t, files[name])
			var got struct {
				Texts, Boxes, Labels   int
				Out, Overlaps, Touched []string
			}
			p.run(chromedp.Evaluate(fit, &got))
			if got.Texts == 0 {
				t.Error("no texts")
			}
			if len(got.Out) > 0 {
				t.Errorf("text leaves its box:\n%s", join(got.Out))
			}
			if len(got.Overlaps) > 0 {
				t.Errorf("labels overlap:\n%s", join(got.Overlaps))
			}
			if len(got.Touched) > 0 {
				t.Errorf("labels touch lines:\n%s", join(got.Touched))
			}
			t.Logf("%d texts, %d boxes, %d labels, %d touched by lines", got.Texts, got.Boxes, got.Labels, len(got.Touched))
			p.quiet()
		})
	}
}

// TestMeasureSeesTrouble spoils a picture and expects complaints.
func TestMeasureSeesTrouble(t *testing.T) {
	p := open(t, pictures(t)["mixed"])
	var got struct{ Out, Overlaps, Touched []string }
	p.run(chromedp.Evaluate(`document.querySelector("g.node text").setAttribute("textLength", "900");
		{ const l = [...document.querySelectorAll("g.label")].map((g) => g.querySelector("text")); l[1].setAttribute("x", l[0].getAttribute("x")); l[1].setAttribute("y", l[0].getAttribute("y"));
		  const line = document.querySelector("g.edge path"), q = line.getPointAtLength(line.getTotalLength() / 2);
		  const last = l[l.length - 1]; last.setAttribute("x", q.x - 5); last.setAttribute("y", q.y + 3); } 0`, nil),
		chromedp.Evaluate(fit, &got))
	if len(got.Out) == 0 || len(got.Overlaps) == 0 || len(got.Touched) == 0 {
		t.Errorf("not seen: %+v", got)
	}
}

func TestDarkMode(t *testing.T) {
	file := pictures(t)["sessions"]
	colors := `JSON.stringify(["rect", "g.node text", "g.edge path", "g.node rect"].map((q) => { const s = getComputedStyle(document.querySelector(q)); return [s.fill, s.stroke]; }))`
	light := eval[string](open(t, file), colors)
	p := open(t, file, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	if dark := eval[string](p, colors); dark == light || !bytes.Contains([]byte(dark), []byte("rgb(21, 25, 30)")) {
		t.Errorf("dark %s, light %s", dark, light)
	}
}

func TestTooltipsAndNames(t *testing.T) {
	p := open(t, pictures(t)["sessions"])
	for _, want := range []string{
		`document.documentElement.getAttribute("role") === "img"`,
		`document.documentElement.getAttribute("aria-label").includes("100,010")`,
		`document.querySelector("desc").textContent.includes("holds")`,
		`document.querySelector("#o-0xc000012040 > title").textContent.includes("0xc000012040")`,
		`[...document.querySelectorAll("g.node")].every((g) => g.id && g.querySelector("title").textContent)`,
		`document.querySelectorAll("script, image, use, foreignObject, a").length === 0`,
		`getComputedStyle(document.querySelector("text")).userSelect !== "none"`,
	} {
		if !eval[bool](p, want) {
			t.Errorf("not so: %s", want)
		}
	}
}

func TestPageOpensQuietly(t *testing.T) {
	p := open(t, save(t, "page.html", func(b *bytes.Buffer) error { return draw.HTML(context.Background(), b, sample.Sessions(), nil) }))
	for _, want := range []string{
		`document.title.includes("100,010")`,
		`document.querySelector("svg").getBoundingClientRect().height > 400`,
		`document.querySelector("pre").textContent.includes("TARGET")`,
	} {
		if !eval[bool](p, want) {
			t.Errorf("not so: %s", want)
		}
	}
	p.quiet()
}

// TestChromiumAndRsvgAgree compares the two pictures of one SVG.
func TestChromiumAndRsvgAgree(t *testing.T) {
	rsvg, err := exec.LookPath("rsvg-convert")
	if err != nil {
		need(t, "rsvg-convert", "librsvg2-bin", err)
	}
	files := pictures(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if large[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command(rsvg, "--background-color=white", files[name]).Output()
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := png.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			b := theirs.Bounds()
			p := open(t, files[name], chromedp.EmulateViewport(int64(b.Dx()), int64(b.Dy())))
			var shot []byte
			p.run(chromedp.CaptureScreenshot(&shot))
			ours, err := png.Decode(bytes.NewReader(shot))
			if err != nil {
				t.Fatal(err)
			}
			if d := distance(ours, theirs); d > 0.02 {
				keep := filepath.Join(os.TempDir(), filepath.Base(name)+"-chromium.png")
				t.Errorf("the pictures differ by %.4f (%v, %v), see %s", d, ours.Bounds(), b, keep)
				_ = os.WriteFile(keep, shot, 0o644)
			}
		})
	}
}

// distance is the mean difference of brightness, 1 for black against white.
func distance(a, b image.Image) float64 {
	r := a.Bounds().Intersect(b.Bounds())
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += abs(gray(a, x, y) - gray(b, x, y))
		}
	}
	return sum / float64(max(1, r.Dx()*r.Dy()))
}

func gray(m image.Image, x, y int) float64 {
	r, g, b, _ := m.At(x, y).RGBA()
	return (0.3*float64(r) + 0.59*float64(g) + 0.11*float64(b)) / 0xffff
}

func abs(x float64) float64 { return max(x, -x) }
