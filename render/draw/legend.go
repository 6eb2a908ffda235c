package draw

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// legendItem is a sample and its meaning.
type legendItem struct {
	sample func(x, y float64) []shape // y is the middle of the line
	width  float64
	words  string
}

const (
	legendLine = 17.0
	legendGap  = 18.0
)

// legend explains what the picture uses, flush left under it, and says what was
// left out. The shapes start at the left margin and y = 0.
func (p *plan) legend(width float64) ([]shape, float64) {
	var out []shape
	x, y := margin, 26.0
	for _, it := range p.legendItems() {
		t := style.Text(it.words, style.Sans, style.LegendSize, "faint")
		w := it.width + 6 + runWidth(t)
		if x > margin && x+w > margin+width {
			x, y = margin, y+legendLine
		}
		out = append(out, it.sample(x, y)...)
		out = append(out, at(t, x+it.width+6, y+style.LegendSize*0.35))
		x += w + legendGap
	}
	y += legendLine
	for _, line := range p.view.Fineprint() {
		for _, l := range wrap(line, style.Sans, style.LegendSize, width) {
			out = append(out, at(style.Text(l, style.Sans, style.LegendSize, "faint"), margin, y+style.LegendSize*0.35))
			y += legendLine - 3
		}
	}
	return out, y - 12
}

// legendItems lists the signs that occur in the picture.
func (p *plan) legendItems() []legendItem {
	v := p.view
	var root, target, object, more, bars, suspect, held bool
	for i := range v.Nodes {
		n := &v.Nodes[i]
		root = root || n.Kind == view.RootNode
		target = target || n.Kind == view.TargetNode
		object = object || n.Kind == view.ObjectNode && !n.Held
		held = held || n.Held
		more = more || n.Kind == view.MoreNode
		bars = bars || n.Sized && v.Total > 0 && (n.Kind == view.ObjectNode || n.Kind == view.TargetNode)
		suspect = suspect || n.Emphasis && n.Kind == view.ObjectNode
	}
	var items []legendItem
	add := func(used bool, it legendItem) {
		if used {
			items = append(items, it)
		}
	}
	look := v.Look(&view.Node{})
	_, tag := style.Of(v.Runtime)
	if tag != "" {
		tag += " "
	}
	add(root, legendItem{hexSample, 20, "GC root"})
	add(object, legendItem{boxSample(look), 18, tag + "object"})
	add(target, legendItem{boxSample(v.Look(&view.Node{Kind: view.TargetNode})), 18, "target of the question"})
	add(held, legendItem{boxSample(v.Look(&view.Node{Held: true})), 18, "largest things the target keeps alive"})
	add(suspect, legendItem{boxSample(v.Look(&view.Node{Emphasis: true})), 18, "suspect"})
	add(more, legendItem{stackSample(look), 20, "more of the same, collapsed"})
	add(bars, legendItem{barSample(look), 26, "share of the " + view.Bytes(v.Total) + " reachable heap"})
	return append(items, p.legendLines()...)
}

func (p *plan) legendLines() []legendItem {
	var strong, conservative, pooled, cycle, suspect, thick bool
	weak := map[graph.RefKind]bool{}
	for i := range p.arcs {
		e := p.arcs[i].edge
		switch {
		case e.Cycle:
			cycle = true
		case e.Suspect:
			suspect = true
		case e.Kind == graph.Conservative:
			conservative = true
		case e.Kind == graph.Pooled:
			pooled = true
		case !e.Kind.Retains():
			weak[e.Kind] = true
		default:
			strong = true
		}
		thick = thick || p.arcs[i].width > 1.05
	}
	var items []legendItem
	if strong || suspect {
		words := "holder → held"
		if p.view.Frees {
			words = "what is above → what is freed with it"
		}
		if thick {
			words += ", thicker retains more"
		}
		items = append(items, legendItem{lineSample(view.Edge{}), 24, words})
	}
	if suspect {
		items = append(items, legendItem{lineSample(view.Edge{Suspect: true}), 24, "reference to cut"})
	}
	if cycle {
		items = append(items, legendItem{lineSample(view.Edge{Cycle: true}), 24, "closes a cycle"})
	}
	if conservative {
		items = append(items, legendItem{lineSample(view.Edge{Kind: graph.Conservative}), 24, "conservative: looks like a pointer"})
	}
	if pooled {
		items = append(items, legendItem{lineSample(view.Edge{Kind: graph.Pooled}), 24, graph.Pooled.String() + ": " + view.PooledWords})
	}
	if len(weak) > 0 {
		words := ""
		for k := graph.Weak; k <= graph.Finalizer; k++ {
			if weak[k] {
				if words != "" {
					words += ", "
				}
				words += k.String()
			}
		}
		items = append(items, legendItem{lineSample(view.Edge{Kind: graph.Weak}), 24, words + ": does not retain"})
	}
	return items
}

func hexSample(x, y float64) []shape {
	return []shape{shape{kind: polyShape, pts: []point{{x, y}, {x + 4, y - 5}, {x + 16, y - 5}, {x + 20, y}, {x + 16, y + 5}, {x + 4, y + 5}}}.filled("root")}
}

func boxSample(l view.Look) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		return []shape{box(x, y-5, 18, 10, 3).filled(l.Fill).outlined(l.Line, min(l.Width, 2.4))}
	}
}

func stackSample(l view.Look) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		return []shape{box(x+4, y-6, 16, 8, 2).filled(l.Fill).outlined(l.Line, 1), box(x+2, y-4, 16, 8, 2).filled(l.Fill).outlined(l.Line, 1),
			box(x, y-2, 16, 8, 2).filled(l.Fill).outlined(l.Line, 1)}
	}
}

func barSample(l view.Look) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		return []shape{box(x, y-2.5, 26, 5, 0).filled(l.Rest), box(x, y-2.5, 17, 5, 0).filled(l.Bar)}
	}
}

func lineSample(e view.Edge) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		ink, dash := e.Look()
		a := arc{edge: &e, width: 1.4, spline: []point{{x, y}, {x, y}, {x + 16, y}, {x + 16, y}}, tip: point{x + 24, y}}
		head := shape{kind: polyShape, pts: arrowhead(&a)}
		if e.Kind.Collectable() {
			head = head.filled("page").outlined(ink, 1)
		} else {
			head = head.filled(ink)
		}
		if e.Suspect {
			return []shape{shape{kind: lineShape, pts: []point{{x, y - 2}, {x + 24, y - 2}}}.outlined(ink, 3), wave(x, y+2.5, 24)}
		}
		return []shape{shape{kind: lineShape, pts: []point{{x, y}, {x + 16, y}}, dash: dash}.outlined(ink, 1.4), head}
	}
}
