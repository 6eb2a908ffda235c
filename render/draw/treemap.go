package draw

import (
	"cmp"
	"io"
	"slices"
	"strconv"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// Treemap draws a dominator tree as nested rectangles.
type Treemap struct {
	Title   string
	Runtime graph.Runtime
	Total   uint64 // reachable bytes
	Blocks  []view.Block
}

const (
	mapWidth   = 960.0
	mapHeight  = 480.0
	mapDepth   = 3
	mapHeader  = 15.0
	leastBlock = 5.0 // points; narrower blocks are not drawn
	maxBlocks  = 1200
)

// TreemapSVG writes the treemap as an SVG like those of [SVG]. The same tree
// gives the same bytes; blocks too small to see are left to the space of their
// holder. It needs no layout engine.
func TreemapSVG(w io.Writer, t *Treemap, opts *Options) error {
	o := opts.withDefaults()
	m := &mapper{t: t, o: &o, left: maxBlocks}
	m.look = (&view.View{Runtime: t.Runtime}).Look(&view.Node{})
	m.blocks(t.Blocks, rect{0, 0, mapWidth, mapHeight}, t.Total, 0)
	s := &scene{w: mapWidth, h: mapHeight, label: view.Clean(t.Title), desc: "The area of a rectangle is what the objects retain; the rectangles within it are what they dominate.", groups: m.groups}
	_, err := w.Write(s.svg(&o))
	return err
}

type mapper struct {
	t      *Treemap
	o      *Options
	look   view.Look
	left   int
	groups []group
}

// blocks lays out what lies in area, whose holder retains total bytes.
func (m *mapper) blocks(blocks []view.Block, area rect, total uint64, depth int) {
	sorted := slices.Clone(blocks)
	slices.SortStableFunc(sorted, func(a, b view.Block) int { return cmp.Compare(b.Retained, a.Retained) })
	sum := uint64(0)
	for _, b := range sorted {
		sum += b.Retained
	}
	for i, r := range squarify(sorted, area, max(total, sum)) {
		if m.left == 0 || r.x1-r.x0 < leastBlock || r.y1-r.y0 < leastBlock {
			continue
		}
		m.left--
		m.block(&sorted[i], r, depth)
	}
}

func (m *mapper) block(b *view.Block, r rect, depth int) {
	name := m.o.Clean(b.Name)
	share := view.Share(b.Retained, m.t.Total)
	fill, ink := m.look.Fill, style.Paint("ink")
	if depth%2 == 1 {
		fill = m.look.Rest
	}
	frame := box(r.x0+0.5, r.y0+0.5, r.x1-r.x0-1, r.y1-r.y0-1, 2).filled(fill).outlined(m.look.Line, 0.7)
	g := group{id: "b-" + strconv.Itoa(len(m.groups)), class: "block", shapes: []shape{frame}}
	if b.ID != "" {
		g.id = view.CleanID(m.o.Clean(b.ID))
	}
	g.tooltip = name + "\nretains " + view.Bytes(b.Retained) + ", " + view.Percent(share) + " of the reachable heap"
	if note := view.Clean(b.Note); note != "" {
		g.tooltip += "\n" + note
	}
	if r.y1-r.y0 >= mapHeader {
		if s := fitted(name+"  "+view.Bytes(b.Retained), name, r.x1-r.x0-8); s != "" {
			g.shapes = append(g.shapes, at(style.Text(s, style.Sans, style.SmallSize, ink), r.x0+4, r.y0+11.5))
		}
	}
	m.groups = append(m.groups, g)
	inner := rect{r.x0 + 3, r.y0 + mapHeader, r.x1 - 3, r.y1 - 3}
	if depth+1 < mapDepth && len(b.Children) > 0 && inner.x1-inner.x0 > 2*leastBlock && inner.y1-inner.y0 > 2*leastBlock {
		m.blocks(b.Children, inner, b.Retained, depth+1)
	}
}

// fitted returns long, or short, or the start of short, whichever fits.
func fitted(long, short string, width float64) string {
	if textWidth(long, style.Sans, style.SmallSize) <= width {
		return long
	}
	if textWidth(short, style.Sans, style.SmallSize) <= width {
		return short
	}
	r := []rune(short)
	for n := min(len(r)-1, int(width/3)); n >= 3; n-- {
		if s := string(r[:n]) + "…"; textWidth(s, style.Sans, style.SmallSize) <= width {
			return s
		}
	}
	return ""
}

// squarify gives each block, in falling order, a rectangle of its share of the
// area, as square as can be (Bruls, Huizing and van Wijk, "Squarified
// treemaps", 2000).
func squarify(blocks []view.Block, area rect, total uint64) []rect {
	out := make([]rect, len(blocks))
	if total == 0 {
		return out
	}
	scale := (area.x1 - area.x0) * (area.y1 - area.y0) / float64(total)
	for i := 0; i < len(blocks); {
		side := min(area.x1-area.x0, area.y1-area.y0)
		if side <= 0 || blocks[i].Retained == 0 {
			break
		}
		n, sum := rowOf(blocks[i:], side, scale)
		area = placeRow(blocks[i:i+n], out[i:i+n], area, sum, scale)
		i += n
	}
	return out
}

// rowOf returns how many blocks make the squarest row along a side, and their
// area.
func rowOf(blocks []view.Block, side, scale float64) (n int, sum float64) {
	worst := -1.0
	biggest := float64(blocks[0].Retained) * scale
	for n < len(blocks) {
		a := float64(blocks[n].Retained) * scale
		if a == 0 {
			break
		}
		s := sum + a
		ratio := max(side*side*biggest/(s*s), s*s/(side*side*a))
		if worst >= 0 && ratio > worst {
			break
		}
		worst, sum = ratio, s
		n++
	}
	return n, sum
}

// placeRow fills the row and returns what is left of the area.
func placeRow(blocks []view.Block, out []rect, area rect, sum, scale float64) rect {
	w, h := area.x1-area.x0, area.y1-area.y0
	if w >= h {
		depth, y := sum/h, area.y0
		for i := range blocks {
			d := float64(blocks[i].Retained) * scale / depth
			out[i] = rect{area.x0, y, area.x0 + depth, y + d}
			y += d
		}
		area.x0 += depth
		return area
	}
	depth, x := sum/w, area.x0
	for i := range blocks {
		d := float64(blocks[i].Retained) * scale / depth
		out[i] = rect{x, area.y0, x + d, area.y0 + depth}
		x += d
	}
	area.y0 += depth
	return area
}
