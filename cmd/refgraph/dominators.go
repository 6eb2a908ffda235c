package main

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/suspect"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// dominatorsFlags are the flags of dominators.
type dominatorsFlags struct {
	object   string
	byType   bool
	depth    int
	siblings int
	least    float64
	pic      pictureFlags
}

func newDominators(a *app) *cobra.Command {
	var f dominatorsFlags
	c := &cobra.Command{
		Use:   "dominators DUMP [--object ADDR]",
		Short: "What must be cut to free what: the dominator tree, or one object's part of it",
		Long: `dominators shows which objects free which others: every path from the roots to an
object passes through those above it, so it is freed when one of them is. That is
not how it is reachable; refgraph paths shows that.

Places that retain the most are opened first. --by-type puts objects of one type
with one parent together.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runDominators(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVar(&f.object, "object", "", "start at the object at (or around) this address, not at the roots")
	c.Flags().BoolVar(&f.byType, "by-type", false, "group objects by type")
	c.Flags().IntVar(&f.depth, "depth", 0, "most steps down; 0 for as many as fit")
	c.Flags().IntVar(&f.siblings, "max-siblings", 10, "most children shown of one parent")
	c.Flags().Float64Var(&f.least, "least", 0.2, "leave out what retains less than this percentage of the whole")
	f.pic.add(c)
	return c
}

// dominatorsJSON is the contract of `dominators --json`.
type dominatorsJSON struct {
	Dump  dumpJSON     `json:"dump"`
	Nodes []branchJSON `json:"nodes"`
}

type branchJSON struct {
	Object        string       `json:"object"` // the largest, of several
	Type          string       `json:"type"`
	Count         int          `json:"count"`
	ShallowBytes  uint64       `json:"shallow_bytes"`
	RetainedBytes uint64       `json:"retained_bytes"`
	Children      []branchJSON `json:"children"`
	MoreCount     int          `json:"more_count,omitempty"` // objects that are not among the children
	MoreBytes     uint64       `json:"more_bytes,omitempty"`
}

func newBranchJSON(g *graph.Graph, b *dominator.Branch) branchJSON {
	out := branchJSON{
		Object: address(g, b.Node), Type: g.TypeName(b.Node), Count: b.Count, ShallowBytes: b.Shallow,
		RetainedBytes: b.Retained, Children: []branchJSON{}, MoreCount: b.More, MoreBytes: b.MoreSize,
	}
	for _, c := range b.Children {
		out.Children = append(out.Children, newBranchJSON(g, c))
	}
	return out
}

func runDominators(ctx context.Context, a *app, path string, f dominatorsFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	d, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	of := graph.None
	if f.object != "" {
		set, _, err := pickObject(d.Graph, f.object)
		if err != nil {
			return err
		}
		of = only(set)
	}
	h, err := suspect.NewHeap(ctx, d.Graph)
	if err != nil {
		return err
	}
	_, least := h.Tree.Total()
	if of != graph.None {
		least = h.Tree.Retained(of)
	}
	top, err := h.Tree.Branches(ctx, of, &dominator.BranchOptions{
		ByType: f.byType, Raw: a.raw, Depth: f.depth, Siblings: f.siblings, Nodes: f.pic.maxNodes, Least: uint64(f.least / 100 * float64(least))})
	if err != nil {
		return err
	}
	if f.pic.json(a) {
		out := dominatorsJSON{Dump: newDumpJSON(d.Graph), Nodes: []branchJSON{}}
		if of != graph.None {
			out.Nodes = append(out.Nodes, newBranchJSON(d.Graph, top))
		}
		for _, c := range top.Children {
			if of == graph.None {
				out.Nodes = append(out.Nodes, newBranchJSON(d.Graph, c))
			}
		}
		return f.pic.writeJSON(a, out)
	}
	return f.pic.write(ctx, a, view.DominatorView(h.Tree, h.Paths, top, a.values))
}

// only returns the object of a set of one.
func only(set graph.Bitset) graph.NodeID {
	for n := range set.All() {
		return n
	}
	return graph.None
}
