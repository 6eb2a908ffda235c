package dominator

import (
	"cmp"
	"container/heap"
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Branch is one place of a dominator tree that was cut down for showing.
type Branch struct {
	Node     graph.NodeID   // the object, the largest of them when read by type; None for the roots
	Nodes    []graph.NodeID // all of them when read by type, nil otherwise
	Count    int            // objects
	Shallow  uint64         // bytes
	Retained uint64         // bytes
	Children []*Branch      // those that retain the most first
	More     int            // children that are not shown
	MoreSize uint64         // what those retain

	// Rooted is set for what roots hold: by those of one group alone, which Owner
	// is, or by those of several. Node is None then, and Count has all objects that
	// are freed with it.
	Rooted bool
	Owner  int32

	group *Group
	tops  []graph.NodeID // of a rooted one
	depth int
}

// BranchOptions say how much of a tree is shown. The zero value is the default.
type BranchOptions struct {
	ByType bool // group objects of one type with one parent
	// Owners puts what is below the roots under the roots that alone hold it, or
	// under Several, when read by type; nil leaves the roots out.
	Owners   *Owners
	Raw      bool   // show containers' insides
	Depth    int    // most steps down; 0 means any
	Siblings int    // most children of one parent; 0 means 10
	Nodes    int    // most places in all; 0 means 60
	Least    uint64 // bytes that a place must retain to be shown
}

// Branches returns the part of the tree below an object, or below the roots for
// None, that retains the most: places are opened in the order of what they
// retain, until there are enough. It costs a pass over the children of each
// place that is opened.
func (t *Tree) Branches(ctx context.Context, of graph.NodeID, opts *BranchOptions) (*Branch, error) {
	var o BranchOptions
	if opts != nil {
		o = *opts
	}
	o.Siblings, o.Nodes = cmp.Or(o.Siblings, 10), cmp.Or(o.Nodes, 60)
	top := &Branch{Node: of}
	if of == graph.None {
		top.Count, top.Shallow = t.Total()
		top.Retained = top.Shallow
	} else {
		top.Count, top.Shallow, top.Retained = 1, t.g.Size(of), t.Retained(of)
	}
	if of != graph.None && o.ByType && t.Reachable(of) {
		b := grouper{t: t, raw: o.Raw, groups: map[graph.TypeID]*Group{}}
		b.add(of) // and those of its type below it
		g := b.groups[t.g.Type(of)]
		top.Nodes, top.Count, top.Shallow, top.group = g.Nodes, len(g.Nodes), g.Shallow, g
	}
	open := branchHeap{top}
	for shown := 1; len(open) > 0; {
		b := heap.Pop(&open).(*Branch)
		if o.Depth > 0 && b.depth >= o.Depth {
			continue
		}
		children, err := t.open(ctx, b, o)
		if err != nil {
			return nil, err
		}
		keep := 0
		for keep < min(len(children), o.Nodes-shown) && children[keep].Retained >= o.Least {
			keep++
		}
		for _, c := range children[:keep] {
			c.depth = b.depth + 1
			heap.Push(&open, c)
		}
		b.Children = children[:keep]
		for _, c := range children[keep:] {
			b.More, b.MoreSize = b.More+c.Count, b.MoreSize+c.Retained
		}
		shown += keep
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return top, nil
}

// open returns the largest children of a place; what they are not goes to More.
func (t *Tree) open(ctx context.Context, b *Branch, o BranchOptions) ([]*Branch, error) {
	if o.ByType && o.Owners != nil && b.Node == graph.None && !b.Rooted {
		return b.cut(t.rooted(o.Owners), o.Siblings), nil
	}
	if o.ByType && (b.group != nil || b.Node == graph.None) {
		groups, err := t.byType(ctx, b, o.Raw)
		if err != nil {
			return nil, err
		}
		list := make([]*Branch, len(groups))
		for i, g := range groups {
			list[i] = &Branch{Node: g.Largest, Nodes: g.Nodes, Count: len(g.Nodes), Shallow: g.Shallow, Retained: g.Retained, group: g}
		}
		return b.cut(list, o.Siblings), nil
	}
	var nodes []graph.NodeID
	var total int
	var bytes uint64
	(&grouper{t: t, raw: o.Raw}).below(b.Node, func(c graph.NodeID) {
		total++
		bytes += t.retained[c]
		if nodes = append(nodes, c); len(nodes) >= 2*o.Siblings+64 {
			nodes = t.cut(nodes, o.Siblings)
		}
	})
	nodes = t.cut(nodes, o.Siblings)
	list := make([]*Branch, len(nodes))
	for i, n := range nodes {
		list[i] = &Branch{Node: n, Count: 1, Shallow: t.g.Size(n), Retained: t.retained[n]}
		bytes -= t.retained[n]
	}
	b.More, b.MoreSize = total-len(nodes), bytes
	return list, nil
}

// rooted is the branches of the groups of roots, those that retain the most
// first.
func (t *Tree) rooted(o *Owners) []*Branch {
	of := map[int32]*Branch{}
	var list []*Branch
	for i, n := range o.tops {
		b := of[o.groups[i]]
		if b == nil {
			b = &Branch{Node: graph.None, Rooted: true, Owner: o.groups[i]}
			of[b.Owner] = b
			list = append(list, b)
		}
		b.tops = append(b.tops, n)
		b.Count += t.Dominated(n)
		b.Shallow += t.g.Size(n)
		b.Retained += t.retained[n]
	}
	slices.SortStableFunc(list, func(a, b *Branch) int {
		return cmp.Or(cmp.Compare(b.Retained, a.Retained), cmp.Compare(a.Owner, b.Owner))
	})
	return list
}

// byType groups the children of a branch by type.
func (t *Tree) byType(ctx context.Context, b *Branch, raw bool) ([]*Group, error) {
	if !b.Rooted {
		return t.ByType(ctx, b.group, raw)
	}
	g := grouper{t: t, raw: raw, groups: map[graph.TypeID]*Group{}}
	for _, n := range b.tops {
		if !raw && t.g.Internal(n) {
			g.below(n, g.add)
		} else {
			g.add(n)
		}
	}
	return g.sorted(), ctx.Err()
}

// cut keeps the first children.
func (b *Branch) cut(list []*Branch, most int) []*Branch {
	for _, c := range list[min(most, len(list)):] {
		b.More, b.MoreSize = b.More+c.Count, b.MoreSize+c.Retained
	}
	return list[:min(most, len(list))]
}

// branchHeap has what retains the most on top.
type branchHeap []*Branch

func (h branchHeap) Len() int { return len(h) }
func (h branchHeap) Less(i, j int) bool {
	return h[i].Retained > h[j].Retained || h[i].Retained == h[j].Retained && h[i].depth < h[j].depth
}
func (h branchHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *branchHeap) Push(x any)   { *h = append(*h, x.(*Branch)) }
func (h *branchHeap) Pop() any {
	old := *h
	b := old[len(old)-1]
	*h = old[:len(old)-1]
	return b
}
