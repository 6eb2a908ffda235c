package draw

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// plan is a View measured and, after layout, placed.
type plan struct {
	view  *view.View
	cards []card
	arcs  []arc
	at    []point // middles of the cards
	w, h  float64

	settled bool // labels are where they belong
}

// arc is an edge as it is drawn.
type arc struct {
	edge    *view.Edge
	lines   []style.Run // its label
	waved   int         // how many lines of it are underlined: the reference to cut
	flat    bool        // the lines of the label are beside each other
	width   float64     // of the line
	pad     float64     // between the line and the label
	lw, lh  float64     // size of the label with its padding
	spline  []point     // 1+3n points, tail to head
	tip     point       // of the arrow
	labelAt point       // middle of the label
}

const (
	labelLeading = 1.25
	labelWide    = 112 // points, of a line of a label
	labelLines   = 3   // of one thing that a label says
)

func newPlan(v *view.View) *plan {
	p := &plan{view: v, cards: newCards(v), arcs: make([]arc, len(v.Edges)), at: make([]point, len(v.Nodes))}
	for i := range v.Edges {
		p.arcs[i] = newArc(v, &v.Edges[i])
	}
	return p
}

func newArc(v *view.View, e *view.Edge) arc {
	a := arc{edge: e, width: e.Width(v.Total)}
	if e.From == e.To {
		a.width = min(a.width, 2.5) // a loop has no room for more
	}
	a.pad = a.width/2 + 3
	ink := style.Paint("ink")
	if e.Cycle || e.Suspect {
		ink = "target-ink"
	}
	for i, l := range v.EdgeWords(e) {
		t := style.Text(l, style.Mono, style.LabelSize, ink)
		if i > 0 || e.Label == "" {
			t.Font, t.Size = style.Sans, style.SmallSize
		}
		if e.Suspect && l == e.MarkWords() {
			t.Font = style.Bold
		}
		var lines []style.Run
		for _, part := range strings.Split(l, " · ") {
			t.S = part
			lines = append(lines, wrapRun(t, labelWide, labelLines)...)
		}
		if i == 0 && e.Label != "" && e.Suspect {
			a.waved = len(lines)
		}
		for _, t := range lines {
			a.lines = append(a.lines, t)
			a.lw = max(a.lw, runWidth(t))
			a.lh += t.Size * labelLeading
		}
	}
	if len(a.lines) > 0 {
		a.lw += 2 * a.pad
		a.lh += 4
	}
	return a
}

// effort is how hard the engine tries.
type effort uint8

const (
	carefully effort = iota
	cheaply          // straight edges, few passes: 4 times faster, less pretty
)

// dot describes the plan to the engine in numbers only: boxes of the size that
// the cards have. No text of the dump reaches the engine.
func (p *plan) dot(how effort) []byte {
	var b bytes.Buffer
	b.WriteString("digraph{graph[nodesep=0.3,ranksep=0.4")
	if p.view.Sideways {
		b.WriteString(",rankdir=LR")
	}
	if how == cheaply {
		b.WriteString(",nslimit=2,nslimit1=2,mclimit=0.1,splines=line")
	}
	b.WriteString("];node[shape=box,fixedsize=true,label=\"\"];edge[label=\"\"];\n")
	for i, c := range p.cards {
		fmt.Fprintf(&b, "n%d[width=%.4f,height=%.4f];\n", i, c.w/72, c.h/72)
	}
	if roots := p.view.TopRoots(); len(roots) > 0 {
		b.WriteString("{rank=source")
		for _, i := range roots {
			fmt.Fprintf(&b, ";n%d", i)
		}
		b.WriteString("}\n")
	}
	back := p.view.BackEdges()
	for i := range p.arcs {
		a := &p.arcs[i]
		fmt.Fprintf(&b, "n%d->n%d[id=%d,penwidth=%.2f,arrowsize=%.2f", a.edge.From, a.edge.To, i, a.width, arrowSize(a.width)/10)
		if a.lw > 0 {
			h := a.lh
			if p.view.Sideways && a.edge.From == a.edge.To {
				h += loopAir
			}
			fmt.Fprintf(&b, `,label=<<table fixedsize="true" width="%.0f" height="%.0f" border="0"><tr><td></td></tr></table>>`, math.Ceil(a.lw), math.Ceil(h))
		}
		if back[i] {
			b.WriteString(",constraint=false")
		}
		fmt.Fprintf(&b, ",weight=%d];\n", edgeWeight(a.edge))
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// loopAir is the height that the engine forgets between the label of a loop and
// the card above it, in a picture from left to right.
const loopAir = 16

// arrowSize is the length of an arrowhead, longer on thick lines.
func arrowSize(width float64) float64 { return 6.5 + 1.6*width }

// edgeWeight keeps what retains straight, and lets the rest bend around it.
func edgeWeight(e *view.Edge) int {
	switch {
	case !e.Kind.Retains():
		return 1
	case e.Suspect:
		return 4
	}
	return 2
}

// layout is the part of Graphviz's json0 that is read.
type layout struct {
	Box     string `json:"bb"`
	Objects []struct {
		Name string `json:"name"`
		Pos  string `json:"pos"`
	} `json:"objects"`
	Edges []struct {
		ID  string `json:"id"`
		Pos string `json:"pos"`
		LP  string `json:"lp"`
	} `json:"edges"`
}

// layouter places a graph in DOT; the engine's Layout is the one.
type layouter func(ctx context.Context, dot []byte) ([]byte, error)

// place asks the engine for positions.
func (p *plan) place(ctx context.Context, lay layouter, how effort) error {
	if len(p.cards) == 0 {
		return nil
	}
	out, err := lay(ctx, p.dot(how))
	if err != nil {
		return err
	}
	var l layout
	if err := json.Unmarshal(out, &l); err != nil {
		return fmt.Errorf("layout: %w", err)
	}
	return p.read(&l)
}

func (p *plan) read(l *layout) error {
	bb, err := numbers(l.Box, 4)
	if err != nil {
		return err
	}
	p.w, p.h = bb[2], bb[3]
	placed := 0
	for _, o := range l.Objects {
		i, err := strconv.Atoi(strings.TrimPrefix(o.Name, "n"))
		if err != nil || i < 0 || i >= len(p.at) || o.Pos == "" {
			continue // the group of roots
		}
		xy, err := numbers(o.Pos, 2)
		if err != nil {
			return err
		}
		p.at[i] = point{xy[0], p.h - xy[1]}
		placed++
	}
	if placed != len(p.cards) || len(l.Edges) != len(p.arcs) {
		return fmt.Errorf("layout: %d of %d nodes and %d of %d edges placed", placed, len(p.cards), len(l.Edges), len(p.arcs))
	}
	for _, e := range l.Edges {
		i, err := strconv.Atoi(e.ID)
		if err != nil || i < 0 || i >= len(p.arcs) {
			return fmt.Errorf("layout: edge %q", e.ID)
		}
		if err := p.readEdge(&p.arcs[i], e.Pos, e.LP); err != nil {
			return err
		}
	}
	return nil
}

// readEdge parses a spline: `e,x,y x,y x,y x,y x,y`, where e is the tip.
func (p *plan) readEdge(a *arc, pos, lp string) error {
	a.spline = nil
	first, _, _ := strings.Cut(pos, ";")
	for _, f := range strings.Fields(first) {
		rest, isTip := strings.CutPrefix(f, "e,")
		rest = strings.TrimPrefix(rest, "s,")
		xy, err := numbers(rest, 2)
		if err != nil {
			return err
		}
		q := point{xy[0], p.h - xy[1]}
		if isTip {
			a.tip = q
		} else {
			a.spline = append(a.spline, q)
		}
	}
	if len(a.spline) < 4 || len(a.spline)%3 != 1 {
		return fmt.Errorf("layout: spline of %d points", len(a.spline))
	}
	if a.tip == (point{}) {
		a.tip = a.spline[len(a.spline)-1]
	}
	if a.lw > 0 {
		xy, err := numbers(lp, 2)
		if err != nil {
			return err
		}
		a.labelAt = point{xy[0], p.h - xy[1]}
	}
	return nil
}

func numbers(s string, n int) ([]float64, error) {
	parts := strings.Split(strings.TrimSuffix(s, "!"), ",")
	if len(parts) != n {
		return nil, fmt.Errorf("layout: %d numbers in %.40q, want %d", len(parts), s, n)
	}
	out := make([]float64, n)
	for i, f := range parts {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || math.IsNaN(v) || math.Abs(v) > 1e7 {
			return nil, fmt.Errorf("layout: bad number %.40q", f)
		}
		out[i] = v
	}
	return out, nil
}
