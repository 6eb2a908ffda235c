package draw_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/internal/sample"
)

// need skips a test without its tool, except in CI, where it must be there.
func need(t *testing.T, tool, pkg string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: install the Debian package %s", tool, pkg)
	}
	t.Skipf("%s is missing (Debian package %s)", tool, pkg)
}

func TestRsvgDrawsTheSVG(t *testing.T) {
	rsvg, err := exec.LookPath("rsvg-convert")
	if err != nil {
		need(t, "rsvg-convert", "librsvg2-bin")
	}
	for name, v := range sample.All() {
		cmd := exec.Command(rsvg, "-f", "png")
		cmd.Stdin = bytes.NewReader(svgOf(t, v, nil))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		img, err := png.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if share := inked(img); share < 0.005 {
			t.Errorf("%s: rsvg-convert drew nearly nothing: %.4f", name, share)
		}
	}
}

// inked is the share of pixels that are not white.
func inked(img image.Image) float64 {
	n, b := 0, img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, g, bl, _ := img.At(x, y).RGBA(); r+g+bl < 3*0xf000 {
				n++
			}
		}
	}
	return float64(n) / float64(b.Dx()*b.Dy())
}

func TestPNGGolden(t *testing.T) {
	var b bytes.Buffer
	if err := draw.PNG(context.Background(), &b, sample.Sessions(), &draw.Options{Scale: 1}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "sessions.png")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(t, b.Bytes(), want); d > 0.004 {
		t.Errorf("the picture differs from %s by %.4f (-update rewrites it)", path, d)
	}
}

// distance is the mean difference of two pictures, 1 for black against white.
func distance(t *testing.T, a, b []byte) float64 {
	x, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	y, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if x.Bounds() != y.Bounds() {
		t.Errorf("sizes %v and %v", x.Bounds(), y.Bounds())
		return 1
	}
	sum := 0.0
	for i := range x.Bounds().Dx() {
		for j := range x.Bounds().Dy() {
			r1, g1, b1, _ := x.At(i, j).RGBA()
			r2, g2, b2, _ := y.At(i, j).RGBA()
			sum += diff(r1, r2) + diff(g1, g2) + diff(b1, b2)
		}
	}
	return sum / 3 / 0xffff / float64(x.Bounds().Dx()*x.Bounds().Dy())
}

func diff(a, b uint32) float64 {
	if a < b {
		a, b = b, a
	}
	return float64(a - b)
}

func TestPNGIsCapped(t *testing.T) {
	if scale, note := draw.FitPixels(9000, 9000, 2); scale <= 0 || scale > 0.71 || !strings.Contains(note, "40 megapixels") {
		t.Errorf("scale %g, %q", scale, note)
	}
	if scale, note := draw.FitPixels(900, 900, 2); scale != 2 || note != "" {
		t.Errorf("scale %g, %q", scale, note)
	}
	var b bytes.Buffer
	if err := draw.PNG(context.Background(), &b, sample.Service(60), &draw.Options{Scale: 16}); err != nil {
		t.Fatal(err)
	}
	cfg, err := png.DecodeConfig(&b)
	if err != nil || cfg.Width*cfg.Height > draw.MaxPixels || cfg.Width*cfg.Height < draw.MaxPixels/2 {
		t.Errorf("%d × %d pixels, %v", cfg.Width, cfg.Height, err)
	}
}
