package view

// BackEdges marks the edges that lead back up and so close a cycle of the
// drawing. They must not decide which box is above the other, or a cycle would
// be drawn upside down. What retains is put in order first, what is known to
// close a cycle last.
func (v *View) BackEdges() []bool {
	o := ordering{v: v, l: linksOf(v), down: make([]bool, len(v.Edges))}
	back := make([]bool, len(v.Edges))
	for turn := range 3 {
		for i := range v.Edges {
			if e := &v.Edges[i]; edgeTurn(e) == turn {
				back[i] = o.leads(e.To, e.From)
				o.down[i] = !back[i]
			}
		}
	}
	return back
}

func edgeTurn(e *Edge) int {
	switch {
	case e.Cycle:
		return 2
	case !e.Kind.Retains():
		return 1
	}
	return 0
}

// ordering is the edges that are known to lead down.
type ordering struct {
	v    *View
	l    links
	down []bool
}

// leads reports whether edges that lead down go from one box to another. A View
// has a few hundred edges, so asking for each costs little.
func (o *ordering) leads(from, to int) bool {
	seen := make([]bool, len(o.v.Nodes))
	stack := []int{from}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n == to {
			return true
		}
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, e := range o.l.out[n] {
			if o.down[e] {
				stack = append(stack, o.v.Edges[e].To)
			}
		}
	}
	return false
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

// Ranks are the steps of each box from the top, along references that lead down.
func (v *View) Ranks() []int {
	rank := make([]int, len(v.Nodes))
	back := v.BackEdges()
	for range v.Nodes {
		changed := false
		for i := range v.Edges {
			if e := &v.Edges[i]; !back[i] && rank[e.To] < rank[e.From]+1 {
				rank[e.To], changed = rank[e.From]+1, true
			}
		}
		if !changed {
			break
		}
	}
	return rank
}
