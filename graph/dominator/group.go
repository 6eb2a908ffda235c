package dominator

import (
	"cmp"
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Group is objects of one type at one place of the dominator tree when it is
// read by type: children of equal type of one parent, or of one parent group,
// are one. Objects of the type directly below them belong to it too, so that a
// list of any length is one group.
type Group struct {
	Type     graph.TypeID
	Nodes    []graph.NodeID
	Shallow  uint64       // bytes, of all
	Retained uint64       // bytes, of all together
	Largest  graph.NodeID // the one that retains the most
}

// ByType returns the children of a group, or of the roots for nil, grouped by
// type, those that retain the most first. Containers' insides are left out, in
// favour of what they dominate, unless raw is set. It costs a pass over the
// children.
func (t *Tree) ByType(ctx context.Context, parent *Group, raw bool) ([]*Group, error) {
	b := grouper{t: t, raw: raw, groups: map[graph.TypeID]*Group{}}
	if parent == nil {
		b.below(graph.None, b.add)
	} else {
		for i, n := range parent.Nodes {
			if i%ctxInterval == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			b.below(n, func(c graph.NodeID) {
				if t.g.Type(c) != parent.Type {
					b.add(c)
				}
			})
		}
	}
	return b.sorted(), ctx.Err()
}

// grouper collects groups.
type grouper struct {
	t      *Tree
	raw    bool
	groups map[graph.TypeID]*Group
}

// sorted is the groups, those that retain the most first.
func (b *grouper) sorted() []*Group {
	list := make([]*Group, 0, len(b.groups))
	for _, g := range b.groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(x, y *Group) int {
		return cmp.Or(cmp.Compare(y.Retained, x.Retained), cmp.Compare(x.Type, y.Type))
	})
	return list
}

// below calls do with the children of n, going through containers' insides.
func (b *grouper) below(n graph.NodeID, do func(graph.NodeID)) {
	for stack := []graph.NodeID{n}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for c := range b.t.Children(at) {
			if !b.raw && b.t.g.Internal(c) {
				stack = append(stack, c)
			} else {
				do(c)
			}
		}
	}
}

// add puts an object, and those of its type directly below it, into a group.
func (b *grouper) add(n graph.NodeID) {
	typ := b.t.g.Type(n)
	g := b.groups[typ]
	if g == nil {
		g = &Group{Type: typ, Largest: n}
		b.groups[typ] = g
	}
	if b.t.retained[n] > b.t.retained[g.Largest] {
		g.Largest = n
	}
	g.Retained += b.t.retained[n]
	i := len(g.Nodes)
	g.Nodes = append(g.Nodes, n)
	for ; i < len(g.Nodes); i++ { // which grows
		g.Shallow += b.t.g.Size(g.Nodes[i])
		b.below(g.Nodes[i], func(c graph.NodeID) {
			if b.t.g.Type(c) == typ {
				g.Nodes = append(g.Nodes, c)
			}
		})
	}
}
