package main

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// aroundFlags are the flags of backrefs and refs.
type aroundFlags struct {
	typ, object       string
	depth, siblings   int
	filter, highlight string
	refcounts         bool
	pic               pictureFlags
}

func newBackrefs(a *app) *cobra.Command {
	return newAround(a, true, "backrefs", "The neighbourhood of objects: what refers to them",
		`backrefs draws what refers to objects, step by step, with references of all kinds
(those that do not retain dashed) and the roots. refgraph paths answers why they
are alive; backrefs shows everything nearby.`)
}

func newRefs(a *app) *cobra.Command {
	return newAround(a, false, "refs", "The neighbourhood of objects: what they refer to",
		`refs draws what objects refer to, step by step, with references of all kinds
(those that do not retain dashed).`)
}

func newAround(a *app, inbound bool, name, short, long string) *cobra.Command {
	var f aroundFlags
	c := &cobra.Command{
		Use:   name + " DUMP --type T | --object ADDR",
		Short: short,
		Long:  long,
		Args:  oneDump,
		RunE:  func(c *cobra.Command, args []string) error { return runAround(c.Context(), a, args[0], inbound, f) },
	}
	c.Flags().StringVar(&f.typ, "type", "", "objects of this type: full or unqualified name, or glob")
	c.Flags().StringVar(&f.object, "object", "", "the object at (or around) this address")
	c.Flags().IntVar(&f.depth, "depth", 3, "steps from the objects")
	c.Flags().IntVar(&f.siblings, "max-siblings", 10, "most neighbours shown of one object")
	c.Flags().StringVar(&f.filter, "filter", "", "show only objects of these types: name or glob")
	c.Flags().StringVar(&f.highlight, "highlight", "", "emphasise objects of these types: name or glob")
	c.Flags().BoolVar(&f.refcounts, "refcounts", false, "show reference counts, where the dump has them")
	f.pic.add(c)
	return c
}

func runAround(ctx context.Context, a *app, path string, inbound bool, f aroundFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	d, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	g := d.Graph
	in := view.AroundInput{Graph: g, Inbound: inbound, Values: a.values, Depth: f.depth, Siblings: f.siblings, MaxNodes: f.pic.maxNodes}
	if in.Targets, in.Name, err = pick(g, f.typ, f.object); err != nil {
		return err
	}
	if in.Filter, err = ofTypes(g, f.filter); err != nil {
		return err
	}
	if in.Highlight, err = ofTypes(g, f.highlight); err != nil {
		return err
	}
	if f.refcounts {
		if in.Note, err = refcounts(g); err != nil {
			return err
		}
	}
	if in.Sizes, err = dominator.Compute(ctx, g); err != nil {
		return err
	}
	v, err := view.AroundView(ctx, in)
	if err != nil {
		return err
	}
	if f.pic.json(a) && f.pic.output == "" {
		f.pic.output = "-"
	}
	if f.pic.json(a) && f.pic.output == "-" {
		return view.JSON(a.out, v, &view.Options{MaxNodes: f.pic.maxNodes, Redact: a.hide})
	}
	return f.pic.write(ctx, a, v)
}

// ofTypes is a test for the types that a pattern names; nil for no pattern.
func ofTypes(g *graph.Graph, pattern string) (func(graph.NodeID) bool, error) {
	if pattern == "" {
		return nil, nil
	}
	set, _, err := pickType(g, pattern)
	if err != nil {
		return nil, err
	}
	return set.Has, nil
}

// refcounter is a Detailer of a dump with reference counts.
type refcounter interface {
	Refcount(n graph.NodeID) (count int64, ok bool)
}

// refcounts is a line about an object's reference count.
func refcounts(g *graph.Graph) (func(graph.NodeID) string, error) {
	d := g.Detail()
	if kept, ok := d.(interface{ Unwrap() graph.Detailer }); ok {
		d = kept.Unwrap()
	}
	rc, ok := d.(refcounter)
	if !ok {
		return nil, hintError{fmt.Errorf("--refcounts: a %s dump has no reference counts", g.Info().Format), "leave --refcounts out"}
	}
	return func(n graph.NodeID) string {
		if k, ok := rc.Refcount(n); ok {
			return fmt.Sprintf("refcount %d", k)
		}
		return ""
	}, nil
}
