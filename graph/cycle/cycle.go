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
// It costs a search of the graph with 4 bytes an object; and if roots hold a
// component at several places, the dominator tree of the graph in which each
// component is one object.
func Find(ctx context.Context, t *dominator.Tree) ([]Component, error) {
	f := newFinder(t.Graph())
	if err := f.run(ctx); err != nil {
		return nil, err
	}
	list := f.components(t)
	f.open, f.calls = nil, nil
	var several bool
	for i := range list {
		c := &list[i]
		if !c.Reachable {
			continue
		}
		// If one object dominates the others, it retains what all retain.
		if top := t.Topmost(c.Nodes); len(top) == 1 {
			c.Retained = t.Retained(top[0])
		} else {
			several = true
		}
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if several {
		if err := f.retained(ctx, t, list); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b Component) int {
		return cmp.Or(cmp.Compare(b.Retained, a.Retained), cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Nodes[0], b.Nodes[0]))
	})
	return list, nil
}

func (f *finder) components(t *dominator.Tree) []Component {
	list := make([]Component, len(f.ends))
	start := 0
	for i, end := range f.ends {
		c := &list[i]
		c.Nodes = f.members[start:end:end]
		slices.Sort(c.Nodes)
		c.Reachable = t.Reachable(c.Nodes[0])
		for _, n := range c.Nodes {
			c.Bytes += f.g.Size(n)
		}
		start = end
	}
	return list
}

// retained computes what each component retains in the graph of components.
func (f *finder) retained(ctx context.Context, t *dominator.Tree, list []Component) error {
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
	clear(renamed)
	for i, c := range list {
		for _, n := range c.Nodes {
			renamed[n] = uint32(i) + 1
		}
	}
	single := make([]graph.NodeID, 0, f.g.Len()-len(f.members)) // by new number - len(list)
	for n := range renamed {
		if renamed[n] == 0 {
			single = append(single, graph.NodeID(n))
			renamed[n] = uint32(len(list) + len(single))
		}
		renamed[n]--
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
			nodes := single[:0:0]
			if int(id) < len(list) {
				nodes = list[id].Nodes
			} else {
				nodes = single[int(id)-len(list):][:1]
			}
			for _, n := range nodes {
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
