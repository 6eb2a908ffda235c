package render

import "github.com/refgraph/refgraph/graph"

// legendItem is a sample and its meaning.
type legendItem struct {
	sample func(x, y float64) []shape // y is the middle of the line
	width  float64
	words  string
}

const (
	legendSize = 10
	legendLine = 17.0
	legendGap  = 18.0
)

// legend explains what the picture uses, flush left under it, and says what was
// left out. The shapes start at the left margin and y = 0.
func (p *plan) legend(width float64) ([]shape, float64) {
	var out []shape
	x, y := margin, 26.0
	for _, it := range p.legendItems() {
		t := textRun{it.words, sans, legendSize, "faint"}
		w := it.width + 6 + t.width()
		if x > margin && x+w > margin+width {
			x, y = margin, y+legendLine
		}
		out = append(out, it.sample(x, y)...)
		out = append(out, t.at(x+it.width+6, y+legendSize*0.35))
		x += w + legendGap
	}
	y += legendLine
	for _, line := range p.view.fineprint() {
		for _, l := range wrap(line, sans, legendSize, width) {
			out = append(out, textRun{l, sans, legendSize, "faint"}.at(margin, y+legendSize*0.35))
			y += legendLine - 3
		}
	}
	return out, y - 12
}

// footnotes are the fineprint and what the words in it mean that a legend would
// explain, for formats without one.
func (v *View) footnotes() []string {
	for i := range v.Edges {
		if v.Edges[i].Kind == graph.Pooled {
			return append([]string{graph.Pooled.String() + ": " + pooledWords}, v.fineprint()...)
		}
	}
	return v.fineprint()
}

// fineprint says what is not shown.
func (v *View) fineprint() []string {
	var lines []string
	if len(v.LeftOut) > 0 {
		s := "left out: "
		for i, l := range v.LeftOut {
			if i > 0 {
				s += " · "
			}
			s += l
		}
		lines = append(lines, s)
	}
	if v.Hidden {
		lines = append(lines, "keys and values are hidden (--values shows them)")
	}
	return lines
}

// legendItems lists the signs that occur in the picture.
func (p *plan) legendItems() []legendItem {
	v := p.view
	var root, target, object, more, bars, suspect, held bool
	for i := range v.Nodes {
		n := &v.Nodes[i]
		root = root || n.Kind == RootNode
		target = target || n.Kind == TargetNode
		object = object || n.Kind == ObjectNode && !n.Held
		held = held || n.Held
		more = more || n.Kind == MoreNode
		bars = bars || n.Sized && v.Total > 0 && (n.Kind == ObjectNode || n.Kind == TargetNode)
		suspect = suspect || n.Emphasis && n.Kind == ObjectNode
	}
	var items []legendItem
	add := func(used bool, it legendItem) {
		if used {
			items = append(items, it)
		}
	}
	look := v.look(&Node{})
	_, tag := runtimePaint(v.Runtime)
	if tag != "" {
		tag += " "
	}
	add(root, legendItem{hexSample, 20, "GC root"})
	add(object, legendItem{boxSample(look), 18, tag + "object"})
	add(target, legendItem{boxSample(v.look(&Node{Kind: TargetNode})), 18, "target of the question"})
	add(held, legendItem{boxSample(v.look(&Node{Held: true})), 18, "largest things the target keeps alive"})
	add(suspect, legendItem{boxSample(v.look(&Node{Emphasis: true})), 18, "suspect"})
	add(more, legendItem{stackSample(look), 20, "more of the same, collapsed"})
	add(bars, legendItem{barSample(look), 26, "share of the " + Bytes(v.Total) + " reachable heap"})
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
		if thick {
			words += ", thicker retains more"
		}
		items = append(items, legendItem{lineSample(Edge{}), 24, words})
	}
	if suspect {
		items = append(items, legendItem{lineSample(Edge{Suspect: true}), 24, "reference to cut"})
	}
	if cycle {
		items = append(items, legendItem{lineSample(Edge{Cycle: true}), 24, "closes a cycle"})
	}
	if conservative {
		items = append(items, legendItem{lineSample(Edge{Kind: graph.Conservative}), 24, "conservative: looks like a pointer"})
	}
	if pooled {
		items = append(items, legendItem{lineSample(Edge{Kind: graph.Pooled}), 24, graph.Pooled.String() + ": " + pooledWords})
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
		items = append(items, legendItem{lineSample(Edge{Kind: graph.Weak}), 24, words + ": does not retain"})
	}
	return items
}

// pooledWords says how long a pool retains. Only Go's has references of its own
// kind.
const pooledWords = "sync.Pool, freed after two collections"

func hexSample(x, y float64) []shape {
	return []shape{shape{kind: polyShape, pts: []point{{x, y}, {x + 4, y - 5}, {x + 16, y - 5}, {x + 20, y}, {x + 16, y + 5}, {x + 4, y + 5}}}.filled("root")}
}

func boxSample(l look) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		return []shape{box(x, y-5, 18, 10, 3).filled(l.fill).outlined(l.line, min(l.width, 2.4))}
	}
}

func stackSample(l look) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		return []shape{box(x+4, y-6, 16, 8, 2).filled(l.fill).outlined(l.line, 1), box(x+2, y-4, 16, 8, 2).filled(l.fill).outlined(l.line, 1),
			box(x, y-2, 16, 8, 2).filled(l.fill).outlined(l.line, 1)}
	}
}

func barSample(l look) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		return []shape{box(x, y-2.5, 26, 5, 0).filled(l.rest), box(x, y-2.5, 17, 5, 0).filled(l.bar)}
	}
}

func lineSample(e Edge) func(x, y float64) []shape {
	return func(x, y float64) []shape {
		ink, style := edgePaint(&e)
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
		return []shape{shape{kind: lineShape, pts: []point{{x, y}, {x + 16, y}}, dash: style}.outlined(ink, 1.4), head}
	}
}
