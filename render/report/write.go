package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/view"
)

// MaxSize is the most bytes a report has.
const MaxSize = 2 << 20

// ErrTooBig is returned when even the shortened report is over [MaxSize].
var ErrTooBig = errors.New("the report does not fit 2 MB")

var (
	//go:embed assets/report.tmpl
	pageSource string
	//go:embed assets/report.css
	styleSource string
	//go:embed assets/report.js
	scriptSource string
)

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"bytes": view.Bytes, "count": view.Count, "percent": view.Percent, "signed": signed, "signedCount": signedCount,
	"add": func(a, b int) int { return a + b },
}).Parse(pageSource))

// limits is how much of the long parts is shown.
type limits struct{ types, suspects, nodes, blocks int }

var full = limits{types: 1000, suspects: 12, nodes: view.DefaultNodes, blocks: 400}

func (l limits) halved() limits {
	return limits{max(l.types/2, 20), max(l.suspects/2, 1), max(l.nodes/2, 8), max(l.blocks/2, 20)}
}

// Write writes the page. It draws every suspect's picture, 50 ms each. When the
// page is over [MaxSize], it shows less of everything and says so.
func Write(ctx context.Context, w io.Writer, r *Report, opts *draw.Options) error {
	for l := full; ; l = l.halved() {
		out, err := build(ctx, r, opts, l)
		if err != nil {
			return err
		}
		if len(out) <= MaxSize {
			_, err = w.Write(out)
			return err
		}
		if l == l.halved() {
			return ErrTooBig
		}
	}
}

// data is what the template sees.
type data struct {
	*Report
	CSP      string
	Style    template.CSS
	Script   template.JS
	Suspects []drawn
	Pictures []drawn
	Types    []typeRow
	Changes  []changeRow
	Same     int // types that did not change
	Treemap  template.HTML
	Tree     []block
	Methods  []Method
	Cut      []string // what was shortened to fit
}

func build(ctx context.Context, r *Report, opts *draw.Options, l limits) ([]byte, error) {
	c := cleaner(opts)
	r = c.report(r)
	style := styleSource + draw.StyleSheet()
	d := &data{Report: r, Style: template.CSS(style), Script: template.JS(scriptSource), Methods: r.standardMethods(),
		CSP: fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hash(style), hash(scriptSource))}
	p := &drawer{ctx: ctx, opts: opts, nodes: l.nodes}
	for i, s := range r.Suspects[:min(len(r.Suspects), l.suspects)] {
		d.Suspects = append(d.Suspects, p.draw(fmt.Sprintf("suspect-%d", i+1), s.Title, s.View, &r.Suspects[i]))
	}
	for i, s := range r.Pictures[:min(len(r.Pictures), l.suspects)] {
		d.Pictures = append(d.Pictures, p.draw(fmt.Sprintf("picture-%d", i+1), s.Title, s.View, nil))
	}
	if p.err != nil {
		return nil, p.err
	}
	d.tables(r, l)
	if err := d.treemap(r, opts, l.blocks); err != nil {
		return nil, err
	}
	d.cuts(r, l)
	var b bytes.Buffer
	err := page.Execute(&b, d)
	return b.Bytes(), err
}

// cuts says what is not shown.
func (d *data) cuts(r *Report, l limits) {
	if n := len(r.Suspects) - len(d.Suspects); n > 0 {
		d.Cut = append(d.Cut, view.Count(n)+" more suspects")
	}
	if n := len(r.Pictures) - len(d.Pictures); n > 0 {
		d.Cut = append(d.Cut, view.Count(n)+" more pictures")
	}
	if n := len(r.Types) - len(d.Types) + r.MoreTypes; n > 0 {
		d.Cut = append(d.Cut, view.Count(n)+" types with less memory")
	}
	if n := len(r.Changes) - len(d.Changes) - d.Same; n > 0 {
		d.Cut = append(d.Cut, view.Count(n)+" types that changed less")
	}
	if d.Same > 0 {
		d.Cut = append(d.Cut, view.Count(d.Same)+" types that did not change")
	}
	if l != full {
		d.Cut = append(d.Cut, "pictures were shortened to keep this file under 2 MB")
	}
}

// hash is the Content-Security-Policy source of an inline style or script.
func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(h[:])
}

// drawn is a picture in the page.
type drawn struct {
	ID       string
	Title    string
	About    *Suspect
	SVG      template.HTML
	Text     string
	Unfolded []unfolded
}

// unfolded is what a collapsed box of a picture stands for.
type unfolded struct {
	ID    string // of the table
	Box   string // id of the box in the picture
	Title string
	Rows  []member
	More  int
}

type member struct {
	Name, Address     string
	Shallow, Retained uint64
	Sized             bool
}

// drawer draws pictures until one fails.
type drawer struct {
	ctx   context.Context
	opts  *draw.Options
	nodes int
	err   error
}

func (p *drawer) draw(id, title string, v *view.View, about *Suspect) drawn {
	out := drawn{ID: id, Title: title, About: about}
	if v == nil || p.err != nil {
		return out
	}
	var o draw.Options
	if p.opts != nil {
		o = *p.opts
	}
	o.IDPrefix, o.NoStyle, o.Color = id+"-", true, false
	if o.MaxNodes <= 0 || o.MaxNodes > p.nodes {
		o.MaxNodes = p.nodes
	}
	v = view.Prepare(v, &o.Options)
	o.Focus, o.Depth = nil, 0 // done
	var svg, text bytes.Buffer
	if p.err = draw.SVG(p.ctx, &svg, v, &o); p.err != nil {
		return out
	}
	if p.err = view.Text(&text, v, &o.Options); p.err != nil {
		return out
	}
	out.SVG, out.Text = template.HTML(svg.String()), text.String()
	out.Unfolded = unfold(v, id)
	return out
}

func unfold(v *view.View, id string) []unfolded {
	var out []unfolded
	for i := range v.Nodes {
		n := &v.Nodes[i]
		if n.Kind != view.MoreNode || len(n.Members) == 0 {
			continue
		}
		u := unfolded{ID: fmt.Sprintf("%s-unfold-%d", id, i), Box: id + "-" + n.ID, Title: "× " + view.Count(n.Count) + " more"}
		count := 0
		for _, m := range n.Members {
			u.Rows = append(u.Rows, member{strings.TrimSpace(m.Head + " " + m.Name), m.Address, m.Shallow, m.Retained, m.Sized})
			count += max(1, m.Count)
		}
		u.More = n.Count - count
		out = append(out, u)
	}
	return out
}
