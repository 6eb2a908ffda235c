package main

import (
	"context"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// aroundFlags are the flags of backrefs and refs.
type aroundFlags struct {
	typ, object       string
	depth, siblings   int
	filter, highlight string
	pic               pictureFlags
}

func newBackrefs(a *app) *cobra.Command {
	return newAround(a, true, "backrefs", "The neighbourhood of objects: what refers to them",
		`backrefs draws what refers to objects, step by step, with references of all kinds
(those that do not retain dashed) and the roots. Neighbours of one type that refer
by one field are one box. refgraph paths answers why they
are alive; backrefs shows everything nearby.`)
}

func newRefs(a *app) *cobra.Command {
	return newAround(a, false, "refs", "The neighbourhood of objects: what they refer to",
		`refs draws what objects refer to, step by step, with references of all kinds
(those that do not retain dashed). Neighbours of one type in one field are one box.`)
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
	c.Flags().StringVar(&f.object, "object", "", "the object at (or around) this address, or with this id")
	c.Flags().IntVar(&f.depth, "depth", 3, "steps from the objects")
	c.Flags().IntVar(&f.siblings, "max-siblings", 10, "most groups of neighbours shown of one box")
	c.Flags().StringVar(&f.filter, "filter", "", "show only objects of these types: name or glob")
	c.Flags().StringVar(&f.highlight, "highlight", "", "emphasise objects of these types: name or glob")
	f.pic.add(c)
	return c
}

func runAround(ctx context.Context, a *app, path string, inbound bool, f aroundFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	s, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	find := s.Refs
	if inbound {
		find = s.Backrefs
	}
	found, err := find(ctx, ask.AroundQuestion{
		Type: f.typ, Object: f.object, Depth: f.depth, Siblings: f.siblings, Nodes: f.pic.maxNodes, Filter: f.filter, Highlight: f.highlight, Raw: a.raw})
	if err != nil {
		return err
	}
	v := view.Around(found)
	if f.pic.json(a) && f.pic.output == "" {
		f.pic.output = "-"
	}
	if f.pic.json(a) && f.pic.output == "-" {
		return view.JSON(a.out, v, &view.Options{MaxNodes: f.pic.maxNodes, Redact: a.hide})
	}
	if err := f.pic.write(ctx, a, v); err != nil || f.pic.drawn(a) {
		return err
	}
	a.next(path, nextOfAround(inbound, f.typ, f.object)...)
	return nil
}
