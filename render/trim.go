package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// longChain is how many boxes of a chain are shown before its middle is left
// out, and chainEnds how many remain at each end.
const (
	longChain = 10
	chainEnds = 2
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
	v = foldSiblings(shorten(v, longChain))
	if len(v.Nodes) > maxNodes {
		v = shorten(v, 2*chainEnds+1)
	}
	for keep := maxNodes; len(v.Nodes) > maxNodes && keep > 1; {
		t := newTrimmer(v)
		out := t.collapse(t.choose(keep))
		if over := len(out.Nodes) - maxNodes; over > 0 {
			keep -= max(1, over/2)
			if keep > 1 {
				continue
			}
		}
		out.LeftOut = append(slices.Clone(out.LeftOut), fmt.Sprintf("%s boxes collapsed to fit %s", Count(t.dropped), Count(maxNodes)))
		return out
	}
	return v
}

// Prepare returns what the drawing functions draw of v: cleaned, redacted and
// trimmed as opts say. Drawing it again changes nothing.
func Prepare(v *View, opts *Options) *View {
	o := opts.orDefault()
	return Trim(cleanView(v, o.Redact), o.MaxNodes)
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

// shorten leaves out the middle of chains of more than limit plain boxes.
func shorten(v *View, limit int) *View {
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
		if len(chain) <= limit {
			continue
		}
		found = true
		middle := chain[chainEnds : len(chain)-chainEnds]
		first := v.Edges[l.in[middle[0]][0]]
		first.To = chain[len(chain)-chainEnds]
		for _, m := range middle {
			drop[m] = true
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

// trimmer collapses a View.
type trimmer struct {
	v       *View
	l       links
	dropped int
}

func newTrimmer(v *View) *trimmer { return &trimmer{v: v, l: linksOf(v)} }

// choose returns the nodes to keep: targets, then each root's shortest way to a
// target, then the biggest neighbours of what is kept.
func (t *trimmer) choose(limit int) []bool {
	keep := make([]bool, len(t.v.Nodes))
	left := limit
	add := func(nodes ...int) {
		for _, n := range nodes {
			if left > 0 && !keep[n] {
				keep[n] = true
				left--
			}
		}
	}
	toTarget := t.distances()
	order := t.byImportance()
	for _, n := range order {
		if t.v.Nodes[n].Kind == TargetNode || t.v.Nodes[n].Emphasis {
			add(n)
		}
	}
	for _, n := range order {
		if t.v.Nodes[n].Kind == RootNode && toTarget[n] >= 0 {
			if way := t.way(n, toTarget); t.missing(way, keep) <= left {
				add(way...)
			}
		}
	}
	t.grow(order, add, keep, &left)
	return keep
}

// grow adds the biggest nodes that touch what is kept, until there is no room.
func (t *trimmer) grow(order []int, add func(...int), keep []bool, left *int) {
	for *left > 0 {
		before := *left
		for _, n := range order {
			if *left == 0 {
				return
			}
			if !keep[n] && t.touches(n, keep) {
				add(n)
			}
		}
		if *left == before { // nothing touches: begin with the most important
			i := slices.IndexFunc(order, func(n int) bool { return !keep[n] })
			if i < 0 {
				return
			}
			add(order[i])
		}
	}
}

func (t *trimmer) touches(n int, keep []bool) bool {
	for _, e := range t.l.in[n] {
		if keep[t.v.Edges[e].From] {
			return true
		}
	}
	for _, e := range t.l.out[n] {
		if keep[t.v.Edges[e].To] {
			return true
		}
	}
	return false
}

func (t *trimmer) missing(way []int, keep []bool) int {
	n := 0
	for _, w := range way {
		if !keep[w] {
			n++
		}
	}
	return n
}

func (t *trimmer) byImportance() []int {
	order := make([]int, len(t.v.Nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, t.compare)
	return order
}

// compare orders what retains more, or is more, first.
func (t *trimmer) compare(a, b int) int {
	return cmp.Or(cmp.Compare(t.weight(b), t.weight(a)), cmp.Compare(t.v.Nodes[b].Count, t.v.Nodes[a].Count))
}

// weight is what a box retains, or for a root the most of what it holds.
func (t *trimmer) weight(n int) uint64 {
	w := t.v.Nodes[n].Retained
	if t.v.Nodes[n].Kind == RootNode {
		for _, e := range t.l.out[n] {
			w = max(w, t.v.Nodes[t.v.Edges[e].To].Retained)
		}
	}
	return w
}

// distances counts the steps from each node to the nearest target, -1 if none.
func (t *trimmer) distances() []int {
	d := make([]int, len(t.v.Nodes))
	var queue []int
	for i := range d {
		d[i] = -1
		if t.v.Nodes[i].Kind == TargetNode {
			d[i] = 0
			queue = append(queue, i)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, e := range t.l.in[queue[0]] {
			if from := t.v.Edges[e].From; d[from] < 0 && t.v.Edges[e].Kind.Retains() {
				d[from] = d[queue[0]] + 1
				queue = append(queue, from)
			}
		}
	}
	return d
}

// way is a shortest way from n to a target.
func (t *trimmer) way(n int, d []int) []int {
	way := []int{n}
	for d[n] > 0 {
		for _, e := range t.l.out[n] {
			if to := t.v.Edges[e].To; d[to] == d[n]-1 && t.v.Edges[e].Kind.Retains() {
				n = to
				break
			}
		}
		way = append(way, n)
	}
	return way
}

// collapse merges what is not kept into a "more" box for each kept neighbour:
// the nearest kept holder, or else the nearest kept held object.
func (t *trimmer) collapse(keep []bool) *View {
	v := t.v
	out := *v
	out.Nodes, out.Edges = nil, nil
	at := make([]int, len(v.Nodes))
	for i, n := range v.Nodes {
		if keep[i] {
			at[i] = len(out.Nodes)
			out.Nodes = append(out.Nodes, n)
		}
	}
	t.dropped = len(v.Nodes) - len(out.Nodes)
	anchor := t.anchors(keep)
	box := map[[2]int]int{}
	for i := range v.Nodes {
		if keep[i] {
			continue
		}
		k, ok := box[anchor[i]]
		if !ok {
			k = len(out.Nodes)
			box[anchor[i]] = k
			out.Nodes = append(out.Nodes, Node{Kind: MoreNode, ID: "more-" + strconv.Itoa(k), Sized: true, Head: moreHead(&v.Nodes[i])})
		}
		at[i] = k
		t.absorb(&out.Nodes[k], &v.Nodes[i])
	}
	settle(out.Nodes)
	out.Edges = mergeEdges(v.Edges, at, out.Nodes)
	return &out
}

func (t *trimmer) absorb(m, n *Node) {
	m.Count += max(1, n.Count)
	m.Retained += n.Retained
	m.Shallow += n.Shallow
	m.Sized = m.Sized && n.Sized
	if m.Head != moreHead(n) {
		m.Head = ""
	}
	if n.Kind == MoreNode {
		m.Members = append(m.Members, n.Members...)
	} else {
		m.Members = append(m.Members, *n)
	}
}

// moreHead is what a box that stands for n alone is headed with.
func moreHead(n *Node) string {
	if n.Kind == RootNode {
		return "GC roots"
	}
	return n.Head
}

// maxMembers is how many of the collapsed are kept for a page that can unfold
// them.
const maxMembers = 100

// settle orders what the "more" boxes stand for.
func settle(nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		if n.Kind != MoreNode {
			continue
		}
		slices.SortStableFunc(n.Members, func(a, b Node) int { return cmp.Compare(b.Retained, a.Retained) })
		n.Members = slices.Clip(n.Members[:min(len(n.Members), maxMembers)])
	}
}

// anchors gives each dropped node its nearest kept holder {n, 0}, or held
// object {n, 1}, or {-1, 0}.
func (t *trimmer) anchors(keep []bool) [][2]int {
	out := make([][2]int, len(keep))
	var queue []int
	spread := func(side int, next func(n int) []int) {
		queue = queue[:0]
		for i, k := range keep {
			if k {
				queue = append(queue, i)
			}
		}
		for ; len(queue) > 0; queue = queue[1:] {
			n := queue[0]
			a := [2]int{n, side}
			if !keep[n] {
				a = out[n]
			}
			for _, m := range next(n) {
				if !keep[m] && out[m][0] == -1 {
					out[m] = a
					queue = append(queue, m)
				}
			}
		}
	}
	for i := range out {
		out[i] = [2]int{-1, 0}
	}
	spread(0, func(n int) (ns []int) {
		for _, e := range t.l.out[n] {
			ns = append(ns, t.v.Edges[e].To)
		}
		return ns
	})
	spread(1, func(n int) (ns []int) {
		for _, e := range t.l.in[n] {
			ns = append(ns, t.v.Edges[e].From)
		}
		return ns
	})
	return out
}

// mergeEdges maps edges to the new nodes; those that touch a "more" box are
// merged, and those within one vanish.
func mergeEdges(edges []Edge, at []int, nodes []Node) []Edge {
	var out []Edge
	type key struct {
		from, to int
		retains  bool
	}
	merged := map[key]int{}
	for _, e := range edges {
		e.From, e.To = at[e.From], at[e.To]
		if nodes[e.From].Kind != MoreNode && nodes[e.To].Kind != MoreNode {
			out = append(out, e)
			continue
		}
		if e.From == e.To {
			continue
		}
		k := key{e.From, e.To, e.Kind.Retains()}
		i, ok := merged[k]
		if !ok {
			merged[k] = len(out)
			out = append(out, e)
			continue
		}
		m := &out[i]
		m.Count = max(1, m.Count) + max(1, e.Count)
		m.Retained += e.Retained
		if m.Label != e.Label {
			m.Label = ""
		}
		m.Suspect, m.Cycle = m.Suspect || e.Suspect, m.Cycle && e.Cycle
	}
	return out
}
