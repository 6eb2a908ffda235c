package draw

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// SVG draws v as an SVG that stands alone: no scripts, no external references,
// selectable text, dark on dark pages. The same View gives the same bytes. It
// costs one child process of about 40 ms for small views; see [Options].
func SVG(ctx context.Context, w io.Writer, v *view.View, opts *Options) error {
	o := opts.withDefaults()
	s, err := draw(ctx, v, &o)
	if err != nil {
		return err
	}
	out := s.svg(&o)
	if err := s.check(out); err != nil {
		s = textScene(view.Choose(v, &o.Options), &o, err)
		out = s.svg(&o)
	}
	_, err = w.Write(out)
	return err
}

// svg writes the scene.
func (s *scene) svg(o *Options) []byte {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + num(s.w) + `pt" height="` + num(s.h) + `pt" viewBox="0 0 ` + num(s.w) + " " + num(s.h) +
		`" role="img" aria-label="` + style.Escape(s.label) + `">` + "\n")
	b.WriteString("<desc>" + style.Escape(s.desc) + "</desc>\n")
	if !o.NoStyle {
		b.WriteString("<style>" + styleFor(s.paints()) + "</style>\n")
	}
	b.WriteString(`<rect width="100%" height="100%" ` + paintAttrs("page", "") + "/>\n")
	seen := map[string]int{}
	for _, g := range s.groups {
		b.WriteString(`<g class="` + g.class + `"`)
		if g.id != "" {
			id := o.IDPrefix + g.id
			if seen[id]++; seen[id] > 1 {
				id += "_" + strconv.Itoa(seen[id])
			}
			b.WriteString(` id="` + style.Escape(id) + `"`)
		}
		b.WriteString(">")
		if g.tooltip != "" {
			b.WriteString("<title>" + style.Escape(g.tooltip) + "</title>")
		}
		b.WriteString("\n")
		for i := range g.shapes {
			g.shapes[i].svg(&b)
		}
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// paints lists the colours used, for the style sheet.
func (s *scene) paints() []style.Paint {
	used := map[style.Paint]bool{"page": true}
	for _, g := range s.groups {
		for i := range g.shapes {
			used[g.shapes[i].fill] = true
			used[g.shapes[i].stroke] = true
		}
	}
	delete(used, "")
	return sortedPaints(used)
}

func (s *shape) svg(b *bytes.Buffer) {
	switch s.kind {
	case rectShape:
		b.WriteString(`<rect x="` + num(s.pts[0].x) + `" y="` + num(s.pts[0].y) + `" width="` + num(s.w) + `" height="` + num(s.h) + `"`)
		if s.round > 0 {
			b.WriteString(` rx="` + num(s.round) + `"`)
		}
	case polyShape:
		b.WriteString(`<polygon points="` + pairs(s.pts) + `"`)
	case lineShape:
		b.WriteString(`<polyline points="` + pairs(s.pts) + `"`)
	case curveShape:
		b.WriteString(`<path d="M` + pairs(s.pts[:1]) + "C" + pairs(s.pts[1:]) + `"`)
	case textShape:
		s.svgText(b)
		return
	}
	b.WriteString(" " + paintAttrs(s.fill, s.stroke))
	if s.stroke != "" && s.width != 1 {
		b.WriteString(` stroke-width="` + num(s.width) + `"`)
	}
	if d := dashes[s.dash]; d != nil {
		b.WriteString(` stroke-dasharray="` + num(d[0]) + " " + num(d[1]) + `"`)
	}
	b.WriteString("/>\n")
}

// svgText pins the text to its measured width, so that another font cannot make
// it leave its box. Text in letters that other fonts must draw is left as they draw
// it: stretched letters are hard to read, and there is room.
func (s *shape) svgText(b *bytes.Buffer) {
	b.WriteString(`<text x="` + num(s.pts[0].x) + `" y="` + num(s.pts[0].y) + `" font-family="` + style.Escape(fontFamilies[s.font]) + `" font-size="` + num(s.size) + `"`)
	if s.font == style.Bold {
		b.WriteString(` font-weight="bold"`)
	}
	if ownGlyphs(s.text, s.font) {
		b.WriteString(` textLength="` + num(s.w) + `" lengthAdjust="spacingAndGlyphs"`)
	}
	b.WriteString(` xml:space="preserve" ` + paintAttrs(s.fill, "") + ">" + style.Escape(s.text) + "</text>\n")
}

// paintAttrs gives fill and stroke in their light form, and the classes by
// which the style sheet darkens them.
func paintAttrs(fill, stroke style.Paint) string {
	var class, attrs []string
	if fill != "" {
		class = append(class, "f-"+string(fill))
		attrs = append(attrs, `fill="`+style.Palette[fill].Light+`"`)
	} else {
		attrs = append(attrs, `fill="none"`)
	}
	if stroke != "" {
		class = append(class, "s-"+string(stroke))
		attrs = append(attrs, `stroke="`+style.Palette[stroke].Light+`"`)
	}
	return `class="` + strings.Join(class, " ") + `" ` + strings.Join(attrs, " ")
}

// num writes a coordinate with at most two decimals.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func pairs(pts []point) string {
	var b strings.Builder
	for i, p := range pts {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(num(p.x) + "," + num(p.y))
	}
	return b.String()
}
