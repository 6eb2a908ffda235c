package main

import (
	"context"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// dominatorsFlags are the flags of dominators.
type dominatorsFlags struct {
	object   string
	objects  bool
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

Objects of one type with one parent are together, and stand below the roots that
alone hold them, or below "held by several", which no root alone frees. Places that
retain the most are opened first. --objects shows single objects.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runDominators(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVar(&f.object, "object", "", "start at the object at (or around) this address, or with this id, not at the roots")
	c.Flags().BoolVar(&f.objects, "objects", false, "single objects, not grouped by type")
	c.Flags().IntVar(&f.depth, "depth", 0, "most steps down; 0 for as many as fit")
	c.Flags().IntVar(&f.siblings, "max-siblings", 10, "most children shown of one parent")
	c.Flags().Float64Var(&f.least, "least", 0.2, "leave out what retains less than this percentage of the whole")
	f.pic.add(c)
	return c
}

func runDominators(ctx context.Context, a *app, path string, f dominatorsFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	s, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	found, err := s.Dominators(ctx, ask.DominatorsQuestion{
		Object: f.object, Objects: f.objects, Raw: a.raw, Depth: f.depth, Siblings: f.siblings, Nodes: f.pic.maxNodes, Least: f.least})
	if err != nil {
		return err
	}
	if f.pic.json(a) {
		return f.pic.writeJSON(a, found)
	}
	if err := f.pic.write(ctx, a, view.Dominators(found)); err != nil || f.pic.drawn(a) {
		return err
	}
	a.next(path, []string{"dominators", "-o", "dominators.svg"}, []string{"suspects"})
	return nil
}
