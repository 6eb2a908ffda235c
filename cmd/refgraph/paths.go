package main

import (
	"context"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// pathsFlags are the flags of paths.
type pathsFlags struct {
	typ, object string
	cut         []string
	n           int
	pic         pictureFlags
}

func newPaths(a *app) *cobra.Command {
	var f pathsFlags
	c := &cobra.Command{
		Use:   "paths DUMP --type T | --object ADDR",
		Short: "Why are these alive: retaining paths from GC roots",
		Long: `paths shows which references keep objects alive, from a GC root to the objects,
all paths merged into one picture with exact counts.

The first line says what must let go so that they become garbage: the places of
least cost, checked by a search of the heap without them, and what that frees.
--cut asks what other places would free.

--type takes a full name, an unqualified name or a glob; --object an address or id.
-o FILE draws it: .svg .png .dot .mmd .md .txt .json, or - for standard output.
Without -o it prints a text tree that is good to paste.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runPaths(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVar(&f.typ, "type", "", "objects of this type: full or unqualified name, or glob")
	c.Flags().StringArrayVar(&f.cut, "cut", nil, "what if this place let go? as an answer spells it; may be given several times")
	c.Flags().StringVar(&f.object, "object", "", "the object at (or around) this address, or with this id")
	c.Flags().IntVarP(&f.n, "number", "n", 50, "most paths in JSON")
	c.Flags().IntVar(&f.pic.depth, "depth", 0, "steps from the objects that are shown singly, the rest is collapsed; 0 for all")
	f.pic.add(c)
	return c
}

func runPaths(ctx context.Context, a *app, path string, f pathsFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	s, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	if f.n == 0 {
		f.n = -1
	}
	found, err := s.Paths(ctx, ask.PathsQuestion{Type: f.typ, Object: f.object, Number: f.n, Nodes: f.pic.maxNodes, Raw: a.raw, Cut: f.cut})
	if err != nil {
		return err
	}
	if f.pic.json(a) {
		return f.pic.writeJSON(a, found)
	}
	if err := f.pic.write(ctx, a, view.Paths(found)); err != nil || f.pic.drawn(a) {
		return err
	}
	a.next(path, nextOfPaths(found, f.typ, f.object)...)
	return nil
}
