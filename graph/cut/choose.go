package cut

import "github.com/refgraph/refgraph/graph"

// Choice is what of the ways is shown.
type Choice struct {
	Boxes []int // the targets first
	Ways  int   // edges to the targets whose holders are not shown
	Refs  int   // references of those
	Inner int   // of Ways, those from inside the runtime
	Roots int   // roots of the program that lead to what is shown and are not
}

// fewRoots is how many roots a picture shows although the way by one of them would
// do: whoever reads it wants to know who else holds the targets.
const (
	fewRoots = 4
	fewNew   = 2 // boxes that such a root may bring with it, itself included
)

// Choose picks at most limit boxes: first one whole way for each place of the
// answer, then ways by the other references to targets, the best of each root
// before others.
func (w *Ways) Choose(limit int) Choice {
	c := &chooser{w: w, limit: limit, shown: map[int]bool{0: true}}
	c.out.Boxes = []int{0}
	c.marked()
	c.others()
	c.roots()
	return c.out
}

type chooser struct {
	w     *Ways
	limit int
	shown map[int]bool
	out   Choice
}

// add shows boxes if all of them fit.
func (c *chooser) add(boxes []int) bool {
	if len(c.out.Boxes)+c.new(boxes) > c.limit && len(c.out.Boxes) > 1 {
		return false
	}
	for _, b := range boxes {
		if !c.shown[b] {
			c.shown[b] = true
			c.out.Boxes = append(c.out.Boxes, b)
		}
	}
	return true
}

// new is how many of the boxes are not shown.
func (c *chooser) new(boxes []int) (n int) {
	for _, b := range boxes {
		if !c.shown[b] {
			n++
		}
	}
	return n
}

// marked shows a way by each place of the answer.
func (c *chooser) marked() {
	for k, found := 1, true; found; k++ {
		found = false
		for i := range c.w.Edges {
			e := &c.w.Edges[i]
			if e.Cut != k {
				continue
			}
			found = true
			if down := c.w.Down(e.To); down != nil && c.add(append(down, c.w.Chain(e.From)...)) {
				break
			}
		}
	}
}

// others shows the holders of targets, those of roots that are not shown first.
func (c *chooser) others() {
	var rest []*Edge
	for i := range c.w.Edges {
		e := &c.w.Edges[i]
		if e.To != 0 || e.From == 0 || c.shown[e.From] {
			continue
		}
		chain := c.w.Chain(e.From)
		root := chain[len(chain)-1]
		switch r := c.w.Boxes[root].Root; {
		case e.place >= 0 && c.w.s.places[e.place].free:
		case r != nil && r.Rank >= graph.RankRuntime && len(c.out.Boxes) > 1:
			c.leave(e)
			c.out.Inner++
		case c.shown[root]:
			rest = append(rest, e)
		case !c.add(chain):
			c.leave(e)
		}
	}
	for _, e := range rest {
		if !c.shown[e.From] && !c.add(c.w.Chain(e.From)) {
			c.leave(e)
		}
	}
}

// roots shows further roots that lead to boxes that are shown.
func (c *chooser) roots() {
	roots, shown := c.w.Roots(), 0
	for _, b := range roots {
		if c.shown[b] {
			shown++
		}
	}
	for _, b := range roots {
		r := c.w.Boxes[b].Root
		if c.shown[b] || r == nil || r.Rank >= graph.RankRuntime {
			continue
		}
		if down := c.w.Down(b); shown < fewRoots && r.Rank < graph.RankLibrary && down != nil && c.new(down) <= fewNew && c.add(down) {
			shown++
			continue
		}
		c.out.Roots++
	}
}

func (c *chooser) leave(e *Edge) {
	c.out.Ways++
	c.out.Refs += e.Count
}
