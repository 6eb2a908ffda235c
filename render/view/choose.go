package view

import (
	"fmt"
	"slices"
)

// Choose cleans a View and leaves what the options ask for.
func Choose(v *View, o *Options) *View {
	v = cleanView(v, o.Redact)
	if o.Flow != Auto {
		v.Sideways = o.Flow == Right
	}
	return limitDepth(focus(v, o), o.Depth)
}

// focus keeps the boxes that match, and what leads to them or from them.
func focus(v *View, o *Options) *View {
	if o.Focus == nil {
		return v
	}
	var found, holders, held []int // boxes, and both ends of references
	for i := range v.Nodes {
		if n := &v.Nodes[i]; o.Focus.MatchString(n.Head) || o.Focus.MatchString(n.Name) || o.Focus.MatchString(n.Head+" "+n.Name) {
			found = append(found, i)
		}
	}
	for _, e := range v.Edges {
		if e.Label != "" && o.Focus.MatchString(e.Label) {
			holders, held = append(holders, e.From), append(held, e.To)
		}
	}
	out := *v
	if len(found)+len(holders) == 0 {
		out.LeftOut = append(slices.Clone(v.LeftOut), fmt.Sprintf("nothing here matches %s, so all is shown", clean(o.Focus.String())))
		return &out
	}
	l := linksOf(v)
	up := reach(append(holders, found...), len(v.Nodes), l.in, func(e int) int { return v.Edges[e].From })
	down := reach(append(held, found...), len(v.Nodes), l.out, func(e int) int { return v.Edges[e].To })
	drop, dropped := make([]bool, len(v.Nodes)), 0
	for i := range drop {
		if drop[i] = up[i] < 0 && down[i] < 0; drop[i] {
			dropped++
		}
	}
	if dropped == 0 {
		return v
	}
	out = *without(v, drop, nil)
	out.LeftOut = append(slices.Clone(v.LeftOut), fmt.Sprintf("%s boxes on no way through %s", Count(dropped), clean(o.Focus.String())))
	return &out
}

// limitDepth collapses what is more steps away from the targets, or without
// targets from where the picture starts.
func limitDepth(v *View, depth int) *View {
	if depth <= 0 {
		return v
	}
	l := linksOf(v)
	var from []int
	for i := range v.Nodes {
		if v.Nodes[i].Kind == TargetNode {
			from = append(from, i)
		}
	}
	steps := reach(from, len(v.Nodes), l.in, func(e int) int { return v.Edges[e].From })
	if len(from) == 0 {
		for _, n := range v.starts(l) {
			if len(l.in[n]) == 0 {
				from = append(from, n)
			}
		}
	}
	below := reach(from, len(v.Nodes), l.out, func(e int) int { return v.Edges[e].To })
	keep, all := make([]bool, len(v.Nodes)), true
	for i := range keep {
		keep[i] = within(steps[i], depth) || within(below[i], depth)
		all = all && keep[i]
	}
	if all || !slices.Contains(keep, true) {
		return v
	}
	return newTrimmer(v).collapse(keep)
}

func within(steps, depth int) bool { return steps >= 0 && steps <= depth }

// reach counts the steps from any of the boxes to each box, -1 if there is no
// way.
func reach(from []int, n int, links [][]int, next func(edge int) int) []int {
	steps := make([]int, n)
	for i := range steps {
		steps[i] = -1
	}
	var queue []int
	for _, i := range from {
		if steps[i] < 0 {
			steps[i] = 0
			queue = append(queue, i)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, e := range links[queue[0]] {
			if to := next(e); steps[to] < 0 {
				steps[to] = steps[queue[0]] + 1
				queue = append(queue, to)
			}
		}
	}
	return steps
}
