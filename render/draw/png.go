package draw

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"strconv"

	"github.com/fogleman/gg"
	"github.com/golang/freetype/truetype"
	"github.com/refgraph/refgraph/render/draw/internal/glyphs"
	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// maxPixels caps a PNG: encoding takes a second for 25 million.
const maxPixels = 40e6

// PNG draws v as a PNG, light, two pixels to the point unless opts say
// otherwise. Above 40 megapixels the scale is lowered and the picture says so.
func PNG(ctx context.Context, w io.Writer, v *view.View, opts *Options) error {
	o := opts.withDefaults()
	s, err := draw(ctx, v, &o)
	if err != nil {
		return err
	}
	scale := s.fitPixels(o.Scale)
	b := bufio.NewWriterSize(w, 1<<16)
	if err := writePNG(b, s.paint(scale)); err != nil {
		return err
	}
	return b.Flush()
}

// fitPixels lowers the scale to the cap, and says so under the legend.
func (s *scene) fitPixels(scale float64) float64 {
	if s.w*s.h*scale*scale <= maxPixels {
		return scale
	}
	note := style.Text("", style.Sans, style.LegendSize, "faint")
	s.h += legendLine
	fit := math.Floor(math.Sqrt(maxPixels/(s.w*s.h))*100) / 100
	note.S = "scale lowered from " + num(scale) + " to " + num(fit) + " to stay under 40 megapixels; the SVG has no limit"
	s.groups = append(s.groups, group{class: "legend", shapes: []shape{at(note, margin, s.h-10)}})
	return fit
}

// painter draws shapes on a canvas of scale pixels for each point.
type painter struct {
	*gg.Context
	img   *image.RGBA
	scale float64
	faces map[faceKey]font.Face
}

type faceKey struct {
	font *truetype.Font
	size float64
}

func (s *scene) paint(scale float64) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, max(1, int(math.Ceil(s.w*scale))), max(1, int(math.Ceil(s.h*scale)))))
	dc := gg.NewContextForRGBA(img)
	p := &painter{dc, img, scale, map[faceKey]font.Face{}}
	dc.SetColor(rgb("page"))
	dc.Clear()
	for _, g := range s.groups {
		for i := range g.shapes {
			p.draw(&g.shapes[i])
		}
	}
	return img
}

func rgb(p style.Paint) color.Color {
	v, _ := strconv.ParseUint(style.Palette[p].Light[1:], 16, 32)
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

func (p *painter) draw(s *shape) {
	k := p.scale
	switch s.kind {
	case textShape:
		p.text(s)
		return
	case rectShape:
		if s.round > 0 {
			p.DrawRoundedRectangle(s.pts[0].x*k, s.pts[0].y*k, s.w*k, s.h*k, s.round*k)
		} else {
			p.DrawRectangle(s.pts[0].x*k, s.pts[0].y*k, s.w*k, s.h*k)
		}
	case curveShape:
		p.MoveTo(s.pts[0].x*k, s.pts[0].y*k)
		for i := 1; i+2 < len(s.pts); i += 3 {
			b := s.pts[i : i+3]
			p.CubicTo(b[0].x*k, b[0].y*k, b[1].x*k, b[1].y*k, b[2].x*k, b[2].y*k)
		}
	default:
		for _, q := range s.pts {
			p.LineTo(q.x*k, q.y*k)
		}
		if s.kind == polyShape {
			p.ClosePath()
		}
	}
	p.ink(s)
}

// ink fills and strokes the current path.
func (p *painter) ink(s *shape) {
	if s.fill != "" {
		p.SetColor(rgb(s.fill))
		p.FillPreserve()
	}
	if s.stroke != "" {
		p.SetColor(rgb(s.stroke))
		p.SetLineWidth(s.width * p.scale)
		p.SetLineCapButt()
		p.SetDash()
		if d := dashes[s.dash]; d != nil {
			p.SetDash(d[0]*p.scale, d[1]*p.scale)
		}
		p.StrokePreserve()
	}
	p.ClearPath()
}

// text draws with the embedded fonts, and where they lack a character with the
// fallback fonts. What those lack too is drawn as a box with its code point, so
// that it is seen to be missing and which it is.
func (p *painter) text(s *shape) {
	own := fonts()[s.font]
	p.SetColor(rgb(s.fill))
	x, y := s.pts[0].x, s.pts[0].y
	run, in := "", own
	flush := func() {
		if run != "" {
			p.run(run, in, s, x, y)
			x += textWidth(run, s.font, s.size)
			run = ""
		}
	}
	for _, r := range glyphs.Visual(s.text) {
		f := own
		if own.Index(r) == 0 {
			f = glyphs.Font(r)
		}
		if f != in || f == nil {
			flush()
		}
		if in = f; f != nil {
			run += string(r)
		} else if w := textWidth(string(r), s.font, s.size); w > 0 {
			p.tofu(r, x, y, w, s.size)
			x += w
		}
	}
	flush()
}

// run draws characters that one font has. The fallback fonts have no bold: their
// letters are drawn twice, a little apart.
func (p *painter) run(text string, f *truetype.Font, s *shape, x, y float64) {
	// Not gg's DrawString, which resamples each glyph: slower, and blurred.
	pen := font.Drawer{Dst: p.img, Src: image.NewUniform(rgb(s.fill)), Face: p.face(f, s.size)}
	shifts := []float64{0}
	if s.font == style.Bold && f != fonts()[s.font] {
		shifts = append(shifts, s.size*0.035)
	}
	for _, d := range shifts {
		pen.Dot = fixed.Point26_6{X: fixed.Int26_6((x + d) * p.scale * 64), Y: fixed.Int26_6(y * p.scale * 64)}
		pen.DrawString(text)
	}
}

// tofu is the box of a missing character, with its code point in two lines.
func (p *painter) tofu(r rune, x, y, w, size float64) {
	p.DrawRectangle((x+0.08*w)*p.scale, (y-0.78*size)*p.scale, 0.84*w*p.scale, 0.92*size*p.scale)
	p.SetLineWidth(0.6 * p.scale)
	p.SetDash()
	p.Stroke()
	code := fmt.Sprintf("%04X", r)
	half := (len(code) + 1) / 2
	small := min(size*0.42, 0.74*w/textWidth(code[:half], style.Mono, 1))
	for i, line := range []string{code[:half], code[half:]} {
		t := shape{font: style.Mono, size: small, fill: "ink"}
		p.run(line, fonts()[style.Mono], &t, x+(w-textWidth(line, style.Mono, small))/2, y-0.78*size+small*(0.95+0.98*float64(i)))
	}
}

func (p *painter) face(f *truetype.Font, size float64) font.Face {
	key := faceKey{f, size}
	face, ok := p.faces[key]
	if !ok {
		face = truetype.NewFace(f, &truetype.Options{Size: size * p.scale, DPI: 72, SubPixelsX: 8, SubPixelsY: 8})
		p.faces[key] = face
	}
	return face
}
