package main

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// pathsFlags are the flags of paths.
type pathsFlags struct {
	typ, object string
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

--type takes a full name, an unqualified name or a glob; --object an address.
-o FILE draws it: .svg .png .dot .mmd .md .txt .json, or - for standard output.
Without -o it prints a text tree that is good to paste.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runPaths(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVar(&f.typ, "type", "", "objects of this type: full or unqualified name, or glob")
	c.Flags().StringVar(&f.object, "object", "", "the object at (or around) this address")
	c.Flags().IntVarP(&f.n, "number", "n", 50, "most paths in JSON")
	c.Flags().IntVar(&f.pic.depth, "depth", 0, "steps from the objects that are shown singly, the rest is collapsed; 0 for all")
	f.pic.add(c)
	return c
}

// pathsJSON is the contract of `paths --json`.
type pathsJSON struct {
	Dump   dumpJSON   `json:"dump"`
	Target targetJSON `json:"target"`
	Paths  []pathJSON `json:"paths"`
}

type targetJSON struct {
	Type          string `json:"type"`
	Count         int    `json:"count"`
	ShallowBytes  uint64 `json:"shallow_bytes"`
	RetainedBytes uint64 `json:"retained_bytes"`
}

func runPaths(ctx context.Context, a *app, path string, f pathsFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	d, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	found, err := remember(ctx, a, d.Graph, question("paths", f.typ, f.object, f.n, f.pic.maxNodes), func() (pathsAnswer, error) {
		return findPaths(ctx, a, d.Graph, f)
	})
	if err != nil {
		return err
	}
	if f.pic.json(a) {
		return f.pic.writeJSON(a, found.JSON)
	}
	return f.pic.write(ctx, a, &found.View)
}

// pathsAnswer is why some objects are alive, for people and for programs.
type pathsAnswer struct {
	View view.View
	JSON pathsJSON
}

func findPaths(ctx context.Context, a *app, g *graph.Graph, f pathsFlags) (answer pathsAnswer, err error) {
	targets, name, err := pick(g, f.typ, f.object)
	if err != nil {
		return answer, err
	}
	w, err := why(ctx, a, g, targets)
	if err != nil {
		return answer, err
	}
	answer.View = *view.PathView(w.input(name, a.values, f.pic.maxNodes))
	answer.JSON = pathsJSON{Dump: newDumpJSON(g), Paths: []pathJSON{}, Target: targetJSON{
		Type: name, Count: targets.Len(), ShallowBytes: shallow(g, targets), RetainedBytes: w.freed}}
	for p := range w.merged.Paths() {
		if len(answer.JSON.Paths) == f.n {
			break
		}
		answer.JSON.Paths = append(answer.JSON.Paths, newPathJSON(g, w.sizes, p))
	}
	return answer, nil
}

// whyAlive is all that a picture of paths needs.
type whyAlive struct {
	merged *retain.Merged
	sizes  *dominator.Tree
	freed  uint64
}

func (w *whyAlive) input(target string, values bool, maxNodes int) view.PathInput {
	return view.PathInput{Merged: w.merged, Sizes: w.sizes, Freed: w.freed, Target: target, Values: values, MaxNodes: maxNodes}
}

// why runs the analyses behind paths, two at a time: the search and the merge
// beside the dominators and what cutting all targets frees.
func why(ctx context.Context, a *app, g *graph.Graph, targets graph.Bitset) (*whyAlive, error) {
	w := &whyAlive{}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		tree, err := retain.Search(ctx, g)
		if err != nil {
			return err
		}
		w.merged, err = retain.Merge(ctx, tree, targets, &retain.Options{Raw: a.raw, Values: a.values})
		return err
	})
	group.Go(func() (err error) {
		if w.sizes, err = dominator.Compute(ctx, g); err != nil {
			return err
		}
		_, w.freed, err = w.sizes.Freed(ctx, targets)
		return err
	})
	return w, group.Wait()
}

func shallow(g *graph.Graph, set graph.Bitset) (bytes uint64) {
	for n := range set.All() {
		bytes += g.Size(n)
	}
	return bytes
}
