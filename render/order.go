package render

// backEdges marks the edges that lead back up: to a box that is on the way from
// where the drawing starts. They must not decide which box is above the other,
// or a cycle would be drawn upside down.
func (v *View) backEdges() []bool {
	w := &walk{l: linksOf(v), v: v, state: make([]uint8, len(v.Nodes)), back: make([]bool, len(v.Edges))}
	for _, n := range v.starts(w.l) {
		w.visit(n)
	}
	return w.back
}

// walk is a depth-first walk. A View has few hundred boxes, so it may recurse.
type walk struct {
	v     *View
	l     links
	state []uint8 // 1 on the way, 2 done
	back  []bool
}

func (w *walk) visit(n int) {
	if w.state[n] != 0 {
		return
	}
	w.state[n] = 1
	for _, e := range w.l.out[n] {
		to := w.v.Edges[e].To
		w.back[e] = w.state[to] == 1
		w.visit(to)
	}
	w.state[n] = 2
}

// starts lists roots, then what nothing holds, then the rest, in order: every
// box is reached from one of them.
func (v *View) starts(l links) []int {
	var roots, free, rest []int
	for i, n := range v.Nodes {
		switch {
		case n.Kind == RootNode:
			roots = append(roots, i)
		case len(l.in[i]) == 0:
			free = append(free, i)
		default:
			rest = append(rest, i)
		}
	}
	return append(append(roots, free...), rest...)
}
