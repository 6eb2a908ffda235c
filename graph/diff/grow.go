package diff

import (
	"cmp"
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// Growth is one place of both dominator trees, read by type.
type Growth struct {
	Row
	Node     graph.NodeID // in the new dump, the one that retains the most; None if there is none
	Children []*Growth    // those that grew, most first
	LeftOut  int          // children that grew but are not shown

	old, new *dominator.Group
}

// grownShare is the least part of the whole growth that is followed.
const grownShare = 0.01

// Grow follows the growth from the roots down the dominator trees, at most max
// places, those that grew most first. The result stands for the roots. It costs
// a pass over the objects below each place.
func Grow(ctx context.Context, old, new *dominator.Tree, max int) (*Growth, error) {
	_, before := old.Total()
	_, after := new.Total()
	root := &Growth{Node: graph.None, Row: Row{Name: "roots", Old: Amount{Bytes: before, Retained: before}, New: Amount{Bytes: after, Retained: after}}}
	open := []*Growth{root}
	for shown := 0; len(open) > 0 && shown < max; {
		slices.SortStableFunc(open, func(a, b *Growth) int { return cmp.Compare(b.grown(), a.grown()) })
		at := open[0]
		open = open[1:]
		children, err := at.expand(ctx, old, new)
		if err != nil {
			return nil, err
		}
		for _, c := range children {
			if float64(c.grown()) < grownShare*float64(root.grown()) || shown == max {
				at.LeftOut++
				continue
			}
			at.Children = append(at.Children, c)
			open = append(open, c)
			shown++
		}
	}
	return root, nil
}

// Nodes are the objects in the new dump.
func (g *Growth) Nodes() []graph.NodeID {
	if g.new == nil {
		return nil
	}
	return g.new.Nodes
}

func (g *Growth) grown() int64 {
	_, _, retained := g.Grown()
	return retained
}

// expand returns the children that grew, most first.
func (g *Growth) expand(ctx context.Context, old, new *dominator.Tree) ([]*Growth, error) {
	byName := map[string]*Growth{}
	for side, t := range []*dominator.Tree{old, new} {
		parent := g.new
		if side == 0 {
			parent = g.old
		}
		if parent == nil && g.Name != "roots" {
			continue // this dump has nothing here
		}
		groups, err := t.ByType(ctx, parent, false)
		if err != nil {
			return nil, err
		}
		for _, x := range groups {
			name := t.Graph().Types().Name(x.Type)
			c := byName[name]
			if c == nil {
				c = &Growth{Node: graph.None, Row: Row{Name: name}}
				byName[name] = c
			}
			*c.side(side) = Amount{len(x.Nodes), x.Shallow, x.Retained}
			if side == 0 {
				c.old = x
			} else {
				c.new, c.Node = x, x.Largest
			}
		}
	}
	var list []*Growth
	for _, c := range byName {
		if c.grown() > 0 {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *Growth) int {
		return cmp.Or(cmp.Compare(b.grown(), a.grown()), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}
