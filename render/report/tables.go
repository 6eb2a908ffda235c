package report

import (
	"bytes"
	"cmp"
	"html/template"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/view"
)

type typeRow struct {
	Type
	Share float64
}

type changeRow struct {
	Change
	Count int
	Bytes int64
}

// block is a line of the dominator tree as a list.
type block struct {
	Name, Note string
	Retained   uint64
	Share      float64
	Children   []block
}

// tables fills the histogram and the changes, most memory first.
func (d *data) tables(r *Report, l limits) {
	types := slices.Clone(r.Types)
	slices.SortStableFunc(types, func(a, b Type) int {
		return cmp.Or(cmp.Compare(b.Retained, a.Retained), cmp.Compare(b.Shallow, a.Shallow), cmp.Compare(a.Name, b.Name))
	})
	for _, t := range types[:min(len(types), l.types)] {
		d.Types = append(d.Types, typeRow{t, view.Share(t.Retained, r.ReachableBytes)})
	}
	for _, c := range r.Changes {
		if c.OldCount == c.NewCount && c.OldBytes == c.NewBytes {
			d.Same++ // says nothing
			continue
		}
		if len(d.Changes) == l.types/2 {
			break
		}
		d.Changes = append(d.Changes, changeRow{c, c.NewCount - c.OldCount, int64(c.NewBytes) - int64(c.OldBytes)})
	}
}

// treemap draws the dominators, as a map and as a list for those who cannot
// see it.
func (d *data) treemap(r *Report, opts *draw.Options, limit int) error {
	if len(r.Dominators) == 0 {
		return nil
	}
	var o draw.Options
	if opts != nil {
		o = *opts
	}
	o.IDPrefix, o.NoStyle = "map-", true
	var b bytes.Buffer
	if err := draw.TreemapSVG(&b, &draw.Treemap{Title: "What dominates the heap", Runtime: r.Runtime, Total: r.ReachableBytes, Blocks: r.Dominators}, &o); err != nil {
		return err
	}
	d.Treemap = template.HTML(b.String())
	d.Tree = tree(r.Dominators, r.ReachableBytes, &limit, 0)
	return nil
}

func tree(blocks []view.Block, total uint64, left *int, depth int) []block {
	var out []block
	for _, b := range blocks {
		if *left <= 0 || depth > 6 {
			break
		}
		*left--
		out = append(out, block{b.Name, b.Note, b.Retained, view.Share(b.Retained, total), nil})
	}
	for i := range out {
		out[i].Children = tree(blocks[i].Children, total, left, depth+1)
	}
	return out
}

func signed(n int64) string {
	switch {
	case n > 0:
		return "+" + view.Bytes(uint64(n))
	case n < 0:
		return "−" + view.Bytes(uint64(-n))
	}
	return "0 B"
}

func signedCount(n int) string {
	if n > 0 {
		return "+" + view.Count(n)
	}
	return strings.Replace(view.Count(n), "-", "−", 1)
}
