package retain

import (
	"cmp"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// recursion is how many groups up a chain is searched for an equal one, so that
// a list or tree of any depth is one group that refers to itself.
const recursion = 6

// assign puts every marked node into a group, holders before what they hold.
func (m *merger) assign() error {
	for i, n := range m.tree.order {
		if i&checkEvery == 0 && m.ctx.Err() != nil {
			return m.ctx.Err()
		}
		if !m.mark.Has(n) {
			continue
		}
		if m.tree.parent[n] == n {
			m.fromRoot(m.tree.Root(n), n, true)
		}
		if !m.g.Leaf(n) {
			m.row(n)
		}
	}
	for i := range m.g.Roots() { // roots that hold a target besides its shortest path
		r := &m.g.Roots()[i]
		if r.Via.Retains() && m.targets.Has(r.Node) && m.tree.Root(r.Node) != r {
			m.fromRoot(r, r.Node, false)
		}
	}
	return nil
}

// fromRoot handles a node that a root holds directly.
func (m *merger) fromRoot(r *graph.Root, n graph.NodeID, onPath bool) {
	key := m.words.GroupOf(r)
	g, ok := m.roots[key]
	if !ok {
		g = int32(len(m.Groups))
		m.roots[key] = g
		m.Groups = append(m.Groups, Group{Root: r, First: n, parent: -1})
	}
	if number, shared := m.words.Member(r); !shared {
		m.Groups[g].Count++
	} else if one := (member{g, number}); !m.counted[one] {
		m.counted[one] = true
		m.Groups[g].Count++
	}
	label := m.labels.Intern(Pattern(m.g.String(r.Ref)))
	if onPath {
		m.Groups[g].Targets += m.below(n)
		m.child(ref{from: g, label: label, kind: r.Via, holder: graph.None, root: r}, n)
		return
	}
	m.edge(ref{from: g, label: label, kind: r.Via, holder: graph.None, root: r}, 0, n, besides)
}

// ref is a reference from a group, its name so far folded.
type ref struct {
	from   int32
	label  int32
	kind   graph.RefKind
	holder graph.NodeID
	root   *graph.Root
}

// row handles what a marked node holds: its children on shortest paths, and
// targets that it holds besides.
func (m *merger) row(n graph.NodeID) {
	plain := m.g.Plain(n)
	for i, to := range m.g.Row(n) {
		if !m.mark.Has(to) {
			continue
		}
		child := m.tree.parent[to] == n && !m.placed.Has(to)
		if !child && !m.targets.Has(to) {
			continue
		}
		kind := graph.Strong
		if !plain {
			if kind = m.g.RefKind(n, i); !kind.Retains() {
				continue
			}
		}
		r := ref{from: m.group[n] - 1, label: m.labels.Pattern(n, i), kind: kind, holder: n}
		if m.group[n] < 0 {
			f := m.folds[-m.group[n]-1]
			r.from, r.label, r.kind = f.parent, m.labels.Join(f.label, r.label), max(f.kind, kind)
		}
		if child {
			m.child(r, to)
		} else {
			m.edge(r, 0, to, besides)
		}
	}
}

// child puts a node into the group that the reference from its holder says.
func (m *merger) child(r ref, n graph.NodeID) {
	if m.g.Internal(n) && !m.opts.Raw && !m.targets.Has(n) {
		m.place(n, -m.fold(fold{r.from, r.label, r.kind})-1)
		return
	}
	g, below := m.groupOf(r, n), m.below(n)
	m.place(n, g+1)
	grp := &m.Groups[g]
	if grp.Count == 0 {
		grp.First, grp.Type = n, m.g.Type(n)
	}
	grp.Count++
	grp.Bytes += m.g.Size(n)
	m.edge(r, g, n, below)
}

func (m *merger) fold(f fold) int32 {
	return m.recentFolds.get(uint32(f.parent+f.label), f, func(f fold) int32 {
		id, ok := m.foldOf[f]
		if !ok {
			id = int32(len(m.folds))
			m.foldOf[f] = id
			m.folds = append(m.folds, f)
		}
		return id
	})
}

// groupOf finds or makes the group of a node.
func (m *merger) groupOf(r ref, n graph.NodeID) int32 {
	if m.targets.Has(n) {
		return 0
	}
	key := groupKey{r.from, r.label, m.g.Type(n)}
	return m.recentGroups.get(uint32(key.parent+key.label)+uint32(key.typ), key, m.newGroup)
}

func (m *merger) newGroup(key groupKey) int32 {
	if g, ok := m.groups[key]; ok {
		return g
	}
	g, other := m.same(key), false
	if g < 0 && len(m.Groups) >= m.opts.MaxGroups {
		key, other = groupKey{parent: -2}, true
		if g, ok := m.groups[key]; ok {
			return g
		}
	}
	if g < 0 {
		g = int32(len(m.Groups))
		m.Groups = append(m.Groups, Group{parent: key.parent, label: key.label, Other: other})
	}
	m.groups[key] = g
	return g
}

// same looks up the chain for a group that the key's node repeats: the holder
// itself if it has the same type, or one with the same type and reference.
func (m *merger) same(key groupKey) int32 {
	g := key.parent
	for up := 0; up < recursion && g > 0 && m.Groups[g].Root == nil; up++ {
		grp := &m.Groups[g]
		if grp.Type == key.typ && grp.Count > 0 && (up == 0 || grp.label == key.label) {
			return g
		}
		g = grp.parent
	}
	return -1
}

// besides stands for the targets below a reference that is on no shortest path.
const besides = -1

// below is how many targets are at and below a node that is not placed yet.
func (m *merger) below(n graph.NodeID) int { return int(uint32(m.group[n])) }

func (m *merger) place(n graph.NodeID, group int32) {
	m.group[n] = group
	m.placed.Add(n)
}

// edge counts one reference between groups, with the targets below it.
func (m *merger) edge(r ref, to int32, held graph.NodeID, below int) {
	key := edgeKey{r.from, to, r.label, r.kind}
	e := &m.Edges[m.recentEdges.get(uint32(r.from+to+r.label), key, func(key edgeKey) int32 {
		i, ok := m.edges[key]
		if !ok {
			i = int32(len(m.Edges))
			m.edges[key] = i
			m.Edges = append(m.Edges, Edge{From: r.from, To: to, Label: m.labels.Text(r.label), Kind: r.kind,
				Holder: r.holder, Held: held, Root: r.root})
		}
		return i
	})]
	e.Count++
	if below == besides {
		return
	}
	if !e.OnPath { // a reference on a path is the better example
		e.OnPath, e.Holder, e.Held, e.Root = true, r.holder, held, r.root
	}
	switch {
	case to == 0:
		e.Targets++
		m.Groups[0].Targets++
	case !m.above(r.from, to):
		e.Targets += below
		m.Groups[to].Targets += below
	}
}

// above reports whether group to is from or above it: such an edge closes a
// recursion, and what is below it was counted on the way in.
func (m *merger) above(from, to int32) bool {
	for up := 0; up <= recursion && from >= 0; up++ {
		if from == to {
			return true
		}
		from = m.Groups[from].parent
	}
	return false
}

// finish sorts the edges: most targets first.
func (m *merger) finish() {
	slices.SortStableFunc(m.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(b.Targets, a.Targets), cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
}

// Group returns the group of an object; ok is false if the object is not in
// the picture or is folded.
func (m *Merged) Group(n graph.NodeID) (group int, ok bool) {
	return int(m.group[n]) - 1, m.placed.Has(n) && m.group[n] > 0
}

// Members yields the objects of a group, in NodeID order. It passes over all
// objects of the graph.
func (m *Merged) Members(group int) func(yield func(graph.NodeID) bool) {
	return func(yield func(graph.NodeID) bool) {
		for n := range m.placed.All() {
			if m.group[n] == int32(group)+1 && !yield(n) {
				return
			}
		}
	}
}

// Pooled is how many of the targets that are alive only pools hold, which the
// collector empties.
func (m *Merged) Pooled() (count int) {
	for _, n := range m.tree.PooledObjects() {
		if m.targets.Has(n) {
			count++
		}
	}
	return count
}

// Tree is the search that the picture was made from.
func (m *Merged) Tree() *Tree { return m.tree }
