package cycle

import (
	"cmp"
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// Component is one strongly connected component: objects that all refer to each
// other, or a single one that refers to itself.
type Component struct {
	Nodes     []graph.NodeID // in NodeID order
	Bytes     uint64         // shallow, of all
	Retained  uint64         // freed if all were cut at once; 0 if unreachable
	Reachable bool           // all of its objects are, or none
}

// Find returns the components of all objects, those that retain the most first.
// It costs a search of the graph with 4 bytes an object; and for components that
// are held at several places, another search each, or if there are more than a
// few, the dominator tree of the graph in which each component is one object.
//
// skip says which objects are left out, as if they referred to nothing: classes and
// modules lead from nearly every object to nearly every other. It may be nil.
func Find(ctx context.Context, t *dominator.Tree, skip func(graph.NodeID) bool) ([]Component, error) {
	return find(ctx, t, skip, few)
}

// few is how many searches cost less than a graph and its dominator tree.
const few = 6

func find(ctx context.Context, t *dominator.Tree, skip func(graph.NodeID) bool, few int) ([]Component, error) {
	f := newFinder(t.Graph(), skip)
	if err := f.run(ctx); err != nil {
		return nil, err
	}
	list, err := f.components(ctx, t)
	if err != nil {
		return nil, err
	}
	several, err := f.dominated(ctx, t, list)
	if err != nil {
		return nil, err
	}
	if len(several) <= few {
		err = freed(ctx, t, several)
	} else {
		err = f.retained(ctx, list)
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b Component) int {
		return cmp.Or(cmp.Compare(b.Retained, a.Retained), cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Nodes[0], b.Nodes[0]))
	})
	return list, nil
}

// components lists the members of each component in NodeID order. index becomes
// the number of each object's component, from 1 on, or 0.
func (f *finder) components(ctx context.Context, t *dominator.Tree) ([]Component, error) {
	list := make([]Component, len(f.ends))
	clear(f.index)
	f.open, f.calls = nil, nil
	start := 0
	for i, end := range f.ends {
		for _, n := range f.members[start:end] {
			f.index[n] = uint32(i) + 1
		}
		list[i].Nodes = f.members[start:start:end]
		start = end
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	for n, c := range f.index {
		if c != 0 {
			c := &list[c-1]
			c.Nodes = append(c.Nodes, graph.NodeID(n)) // over the same members in another order
			c.Bytes += f.g.Size(graph.NodeID(n))
			c.Reachable = t.Reachable(graph.NodeID(n))
		}
		if n%ctxInterval == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return list, nil
}

// dominated sets what components retain of which one object dominates the
// others; several are the others. Such an object is the only one whose immediate
// dominator is outside: what is on all ways from it to another member is a member
// too, since that leads back to it.
func (f *finder) dominated(ctx context.Context, t *dominator.Tree, list []Component) (several []*Component, err error) {
	steps := 0
	for i := range list {
		c := &list[i]
		tops := 0
		for _, n := range c.Nodes {
			if d := t.Idom(n); d == graph.None || f.index[d] != uint32(i)+1 {
				tops++
				c.Retained = t.Retained(n)
			}
			if steps++; steps%ctxInterval == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		if c.Reachable && tops > 1 {
			several = append(several, c)
		}
	}
	return several, nil
}

// freed computes what components retain, by a search around each.
func freed(ctx context.Context, t *dominator.Tree, list []*Component) (err error) {
	for _, c := range list {
		set := graph.NewBitset(t.Graph().Len())
		for _, n := range c.Nodes {
			set.Add(n)
		}
		if _, c.Retained, err = t.Freed(ctx, set); err != nil {
			return err
		}
	}
	return nil
}

// retained computes what each component retains in the graph of components.
func (f *finder) retained(ctx context.Context, list []Component) error {
	g, err := f.condense(ctx, list)
	if err != nil {
		return err
	}
	tree, err := dominator.Compute(ctx, g)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Retained = tree.Retained(graph.NodeID(i))
	}
	return nil
}

// condense makes the graph whose first objects are the components of the list
// and whose others are the objects outside of them. index becomes the map from
// old to new objects.
func (f *finder) condense(ctx context.Context, list []Component) (*graph.Graph, error) {
	renamed := f.index
	single := make([]graph.NodeID, 0, f.g.Len()-len(f.members)) // by new number - len(list)
	for n := range renamed {
		if renamed[n] == 0 {
			single = append(single, graph.NodeID(n))
			renamed[n] = uint32(len(list) + len(single))
		}
		renamed[n]--
		if n%ctxInterval == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	b := graph.NewBuilder(graph.Info{}, graph.NoLabels)
	if err := b.SetCount(len(list) + len(single)); err != nil {
		return nil, err
	}
	none := b.Types().Intern("") // types do not matter here
	for i, c := range list {
		b.SetNode(graph.NodeID(i), none, c.Bytes, 0)
	}
	for i, n := range single {
		b.SetNode(graph.NodeID(len(list)+i), none, f.g.Size(n), 0)
	}
	err := b.BuildRows(ctx, 0, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		var kept []graph.NodeID
		for id := lo; id < hi; id++ {
			var nodes []graph.NodeID
			if int(id) < len(list) {
				nodes = list[id].Nodes
			} else {
				nodes = single[int(id)-len(list):][:1]
			}
			for i, n := range nodes {
				if i%ctxInterval == ctxInterval-1 && ctx.Err() != nil {
					return ctx.Err()
				}
				for _, to := range f.g.Retained(n, &kept) {
					if r := graph.NodeID(renamed[to]); r != id {
						w.Add(r, 0)
					}
				}
			}
			w.Next()
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	for _, r := range f.g.Roots() {
		b.AddRoot(graph.Root{Node: graph.NodeID(renamed[r.Node]), Via: r.Via})
	}
	return b.Build(nil)
}
