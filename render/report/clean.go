package report

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/view"
)

// cleaning makes strings of a dump safe to show; html/template escapes them.
type cleaning struct{ opts *draw.Options }

func cleaner(opts *draw.Options) cleaning { return cleaning{opts} }

func (c cleaning) text(s *string) { *s = c.opts.Clean(*s) }

// report returns a copy of r with clean strings. Views are cleaned when drawn.
func (c cleaning) report(in *Report) *Report {
	r := *in
	c.text(&r.Title)
	c.text(&r.About)
	c.text(&r.Verdict)
	c.text(&r.Tool)
	c.text(&r.Against)
	r.Summary = slices.Clone(r.Summary)
	for i := range r.Summary {
		c.text(&r.Summary[i])
	}
	r.Facts = cloned(r.Facts, func(f *graph.Fact) { c.text(&f.Name); c.text(&f.Value) })
	r.Suspects = cloned(r.Suspects, func(s *Suspect) {
		c.text(&s.Title)
		c.text(&s.Detector)
		c.text(&s.Verdict)
		c.text(&s.Reason)
		c.text(&s.Object)
		c.text(&s.Type)
	})
	r.Pictures = cloned(r.Pictures, func(p *Picture) { c.text(&p.Title) })
	r.Types = cloned(r.Types, func(t *Type) { c.text(&t.Name) })
	r.Changes = cloned(r.Changes, func(t *Change) { c.text(&t.Name) })
	r.Warnings = cloned(r.Warnings, func(w *Warning) { c.text(&w.Where); c.text(&w.What); c.text(&w.Effect) })
	r.Methods = cloned(r.Methods, func(m *Method) { c.text(&m.Figure); c.text(&m.How) })
	r.Dominators = c.blocks(r.Dominators)
	return &r
}

func (c cleaning) blocks(in []view.Block) []view.Block {
	return cloned(in, func(b *view.Block) {
		c.text(&b.Name)
		c.text(&b.Note)
		b.Children = c.blocks(b.Children)
	})
}

func cloned[T any](in []T, each func(*T)) []T {
	out := slices.Clone(in)
	for i := range out {
		each(&out[i])
	}
	return out
}
