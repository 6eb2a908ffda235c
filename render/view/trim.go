package view

import (
	"fmt"
	"slices"
)

// A chain that has to lose its middle keeps at most mostEnds and at least
// leastEnds boxes at each end.
const (
	mostEnds  = 16
	leastEnds = 2
)

// maxSiblings is how many boxes beside each other that lead nowhere else are
// shown; more make a picture nobody can read.
const maxSiblings = 8

// Trim returns v with at most maxNodes boxes (0 is [DefaultNodes], at most
// [MostNodes]): long chains lose their middle to a numbered reference, rows of
// siblings their small ones, then the least important boxes are collapsed into
// "× 99,998 more". What is on the way
// from a root to a target stays before what is not, and what retains more stays
// before what retains less. v is not changed, and is returned if it fits.
func Trim(v *View, maxNodes int) *View {
	if maxNodes <= 0 {
		maxNodes = DefaultNodes
	}
	maxNodes = max(4, min(maxNodes, MostNodes))
	v = foldSiblings(sound(v))
	for whole, ends := v, mostEnds; len(v.Nodes) > maxNodes && ends >= leastEnds; ends -= 2 {
		v = shorten(whole, ends)
	}
	if len(v.Nodes) <= maxNodes {
		return v
	}
	needed := min(Needed(v), maxNodes-1)
	for keep := maxNodes; ; {
		t := newTrimmer(v)
		t.lump = keep == needed // one box for all the rest, rather than lose what is needed
		out := t.collapse(t.choose(keep))
		over := len(out.Nodes) - maxNodes
		if over <= 0 || keep == 1 { // one box has three more at most: its holders, what it holds, the rest
			out.LeftOut = append(slices.Clone(out.LeftOut), fmt.Sprintf("%s boxes collapsed to fit %s", Count(t.dropped), Count(maxNodes)))
			return out
		}
		less := max(1, keep-max(1, over/2))
		if keep > needed {
			less = max(needed, less)
		}
		keep = less
	}
}

// sound returns v without edges that lead nowhere.
func sound(v *View) *View {
	nowhere := func(e Edge) bool {
		return e.From < 0 || e.To < 0 || e.From >= len(v.Nodes) || e.To >= len(v.Nodes)
	}
	if !slices.ContainsFunc(v.Edges, nowhere) {
		return v
	}
	out := *v
	out.Edges = slices.DeleteFunc(slices.Clone(v.Edges), nowhere)
	return &out
}

// Prepare returns what the drawing functions draw of v: cleaned, redacted and
// trimmed as opts say. Drawing it again changes nothing.
func Prepare(v *View, opts *Options) *View {
	o := opts.OrDefault()
	return Trim(Choose(v, &o), o.MaxNodes)
}

// links is a View's edges by their ends.
type links struct{ in, out [][]int }

func linksOf(v *View) links {
	l := links{make([][]int, len(v.Nodes)), make([][]int, len(v.Nodes))}
	for i, e := range v.Edges {
		l.out[e.From] = append(l.out[e.From], i)
		l.in[e.To] = append(l.in[e.To], i)
	}
	return l
}

// shorten leaves out the middle of chains of plain boxes, but for so many boxes
// at their ends.
func shorten(v *View, ends int) *View {
	l := linksOf(v)
	link := func(n int) bool {
		return v.Nodes[n].Kind == ObjectNode && !v.Nodes[n].Emphasis && len(l.in[n]) == 1 && len(l.out[n]) == 1
	}
	drop := make([]bool, len(v.Nodes))
	bridge := map[int]Edge{} // by the chain's first dropped edge
	found := false
	for n := range v.Nodes {
		if !link(n) || link(v.Edges[l.in[n][0]].From) {
			continue // not the start of a chain
		}
		chain := []int{n}
		for next := v.Edges[l.out[n][0]].To; link(next) && next != n; next = v.Edges[l.out[next][0]].To {
			chain = append(chain, next)
		}
		if len(chain) <= 2*ends+1 {
			continue
		}
		found = true
		middle := chain[ends : len(chain)-ends]
		first := v.Edges[l.in[middle[0]][0]]
		first.To = chain[len(chain)-ends]
		for _, m := range middle {
			if drop[m] = true; first.Mark == "" && v.Edges[l.out[m][0]].Suspect { // what is to be cut stays told
				first.Suspect, first.Mark = true, v.Edges[l.out[m][0]].Mark
			}
			first.Skipped += max(1, v.Nodes[m].Count) + v.Edges[l.out[m][0]].Skipped
			if v.Edges[l.out[m][0]].Label != first.Label {
				first.Label = "…"
			}
		}
		bridge[l.in[middle[0]][0]] = first
	}
	if !found {
		return v
	}
	return without(v, drop, bridge)
}

// without removes nodes with their edges, except that bridge replaces some.
func without(v *View, drop []bool, bridge map[int]Edge) *View {
	out := *v
	out.Nodes, out.Edges = nil, nil
	at := make([]int, len(v.Nodes))
	for i, n := range v.Nodes {
		if !drop[i] {
			at[i] = len(out.Nodes)
			out.Nodes = append(out.Nodes, n)
		}
	}
	for i, e := range v.Edges {
		if b, ok := bridge[i]; ok {
			e = b
		}
		if drop[e.From] || drop[e.To] {
			continue
		}
		e.From, e.To = at[e.From], at[e.To]
		out.Edges = append(out.Edges, e)
	}
	return &out
}

// foldSiblings collapses the smallest of the boxes that hang on one other box
// only, as its leaves or as its sole holders, beyond [maxSiblings].
func foldSiblings(v *View) *View {
	t := newTrimmer(v)
	drop := map[int]bool{}
	for n := range v.Nodes {
		held := t.alone(t.l.out[n], func(e Edge) int { return e.To }, t.l.in, t.l.out)
		holders := t.alone(t.l.in[n], func(e Edge) int { return e.From }, t.l.out, t.l.in)
		for _, row := range [][]int{held, holders} {
			if len(row) > maxSiblings {
				for _, m := range row[maxSiblings-1:] {
					drop[m] = true
				}
			}
		}
	}
	if len(drop) == 0 {
		return v
	}
	keep := make([]bool, len(v.Nodes))
	for i := range keep {
		keep[i] = !drop[i]
	}
	return t.collapse(keep)
}

// alone lists the far ends of edges that have no other link, biggest first.
func (t *trimmer) alone(edges []int, end func(Edge) int, near, far [][]int) []int {
	if len(edges) <= maxSiblings {
		return nil
	}
	var out []int
	for _, e := range edges {
		m := end(t.v.Edges[e])
		n := &t.v.Nodes[m]
		if len(near[m]) == 1 && len(far[m]) == 0 && !n.Emphasis && n.Kind != TargetNode && n.Kind != MoreNode {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, t.compare)
	return out
}
