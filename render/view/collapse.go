package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// trimmer collapses a View.
type trimmer struct {
	v       *View
	l       links
	dropped int
	lump    bool // collapse all into one box
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
	for _, n := range t.needed() {
		add(n)
	}
	if !slices.ContainsFunc(toTarget, func(d int) bool { return d == 0 }) {
		for _, n := range order { // a tree: each of its tops, as far as half the room goes
			if t.v.Nodes[n].Kind == RootNode && left > limit/2 {
				add(n)
			}
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

// needed lists what a picture of a cut cannot do without: both ends of each
// reference to cut, and a way to it from a root.
func (t *trimmer) needed() (out []int) {
	for i := range t.v.Edges {
		e := &t.v.Edges[i]
		if !e.Suspect {
			continue
		}
		out = append(out, e.To)
		for n, seen := e.From, map[int]bool{}; n >= 0 && !seen[n]; n = t.holder(n) {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// holder is the first box that holds n, a root if there is one, or -1.
func (t *trimmer) holder(n int) int {
	best := -1
	for _, e := range t.l.in[n] {
		from := t.v.Edges[e].From
		if best < 0 || t.v.Nodes[from].Kind == RootNode && t.v.Nodes[best].Kind != RootNode {
			best = from
		}
	}
	return best
}

// Needed is how many boxes v cannot do without: its targets and the ways to what
// must be cut.
func Needed(v *View) int {
	t := newTrimmer(sound(v))
	set := map[int]bool{}
	for _, n := range t.needed() {
		set[n] = true
	}
	for i := range v.Nodes {
		if v.Nodes[i].Kind == TargetNode {
			set[i] = true
		}
	}
	return len(set)
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
	anchor := t.anchors(keep)
	keep = withLone(keep, anchor)
	at := make([]int, len(v.Nodes))
	for i, n := range v.Nodes {
		if keep[i] {
			at[i] = len(out.Nodes)
			out.Nodes = append(out.Nodes, n)
		}
	}
	t.dropped = len(v.Nodes) - len(out.Nodes)
	box := map[[2]int]int{}
	for i := range v.Nodes {
		if keep[i] {
			continue
		}
		k, ok := box[anchor[i]]
		if !ok {
			k = len(out.Nodes)
			box[anchor[i]] = k
			out.Nodes = append(out.Nodes, Node{Kind: MoreNode, ID: "more-" + strconv.Itoa(k), Head: moreHead(&v.Nodes[i])})
		}
		at[i] = k
	}
	for i := range v.Nodes {
		if !keep[i] {
			t.absorb(&out.Nodes[at[i]], i, at)
		}
	}
	settle(out.Nodes)
	out.Edges = mergeEdges(v.Edges, at, out.Nodes)
	return &out
}

// withLone keeps what would be alone in its "more" box: it takes no more room as
// itself.
func withLone(keep []bool, anchor [][2]int) []bool {
	size := map[[2]int]int{}
	for i, k := range keep {
		if !k {
			size[anchor[i]]++
		}
	}
	out := slices.Clone(keep)
	for i, k := range keep {
		out[i] = k || size[anchor[i]] == 1
	}
	return out
}

// absorb adds node i to the "more" box m. What another of the box holds is part
// of that one's retained size already.
func (t *trimmer) absorb(m *Node, i int, at []int) {
	n := &t.v.Nodes[i]
	m.Count += max(1, n.Count)
	m.Shallow += n.Shallow
	inside := false
	for _, e := range t.l.in[i] {
		from := t.v.Edges[e].From
		inside = inside || from != i && at[from] == at[i] && t.v.Nodes[from].Kind != RootNode
	}
	if n.Sized && !inside {
		m.Retained, m.Sized = m.Retained+n.Retained, true
	}
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
		if n.Head == "" {
			n.Head = memberTypes(n.Members)
		}
		n.Members = slices.Clip(n.Members[:min(len(n.Members), maxMembers)])
	}
}

// namedTypes is how many types of a "more" box are named.
const namedTypes = 2

// memberTypes names the types of what a box stands for, the biggest first.
func memberTypes(members []Node) string {
	var heads []string
	for i := range members {
		if h := moreHead(&members[i]); h != "" && !slices.Contains(heads, h) {
			heads = append(heads, h)
		}
	}
	s := strings.Join(heads[:min(len(heads), namedTypes)], ", ")
	switch more := len(heads) - namedTypes; {
	case more == 1:
		s += " and 1 more type"
	case more > 1:
		s += " and " + Count(more) + " more types"
	}
	return s
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
	if t.lump {
		return out
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
		m.Suspect, m.Cycle, m.Mark = m.Suspect || e.Suspect, m.Cycle && e.Cycle, cmp.Or(m.Mark, e.Mark)
	}
	return out
}
