package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

func newObject(a *app) *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:   "object DUMP ADDR",
		Short: "One object: type, sizes, fields, referrers, why it is alive",
		Long: `object shows one object: its type and sizes, its fields (or elements, or the entries
of a map) and what they refer to, who refers to it, and the path that keeps it
alive. ADDR is an address or id as refgraph's answers and the program print it; an
address inside an object finds it too.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 || strings.HasPrefix(args[0], "0x") && !strings.HasPrefix(args[1], "0x") {
				return usageError{hintError{fmt.Errorf("which object?"), "refgraph object DUMP ADDRESS; addresses and ids are in the output of paths"}}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return runObject(c.Context(), a, args[0], args[1], limit)
		},
	}
	c.Flags().IntVarP(&limit, "number", "n", 30, "most fields and referrers")
	return c
}

func runObject(ctx context.Context, a *app, path, object string, limit int) error {
	s, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	o, err := s.Object(ctx, ask.ObjectQuestion{Object: object, Number: limit, Raw: a.raw})
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(a.out, o)
	}
	printObject(a, o)
	a.next(path, nextOfObject(o)...)
	return nil
}

// classText says what is known of a type: `extends A, B; loaded by L, one of 12 loaders`.
func classText(a *app, c *ask.Class) string {
	var parts []string
	if len(c.Superclasses) > 0 {
		names := make([]string, len(c.Superclasses))
		for i, s := range c.Superclasses {
			names[i] = a.name(s)
		}
		parts = append(parts, "extends "+strings.Join(names, ", "))
	}
	switch {
	case c.Loader != "" && c.Loaders > 1:
		parts = append(parts, fmt.Sprintf("loaded by %s, as by %s class loaders in all", a.name(c.Loader), view.Count(c.Loaders)))
	case c.Loader != "":
		parts = append(parts, "loaded by "+a.name(c.Loader))
	case c.Loaders > 1:
		parts = append(parts, fmt.Sprintf("loaded by %s class loaders", view.Count(c.Loaders)))
	}
	return strings.Join(parts, "; ")
}

func printObject(a *app, o *ask.ObjectAnswer) {
	fmt.Fprintf(a.out, "%s %s\n", a.name(o.Type), o.Object)
	if o.Note != "" {
		fmt.Fprintf(a.out, "  %s\n", a.name(o.Note))
	}
	fmt.Fprintf(a.out, "  shallow %s, retained %s; type %s\n", view.Bytes(o.ShallowBytes), view.Bytes(o.RetainedBytes), o.TypeSource)
	if o.Distance > 0 {
		fmt.Fprintf(a.out, "  distance %d, as the developer tools count it\n", o.Distance)
	}
	if c := o.Class; c != nil {
		fmt.Fprintf(a.out, "  %s\n", classText(a, c))
	}
	if o.Dominator != "" {
		fmt.Fprintf(a.out, "  to free it cut all references to its dominator %s\n", o.Dominator)
	}
	fmt.Fprintf(a.out, "fields (%s)\n", view.Count(o.FieldCount))
	for _, f := range o.Fields {
		fmt.Fprintf(a.out, "  %-24s %s", a.name(f.Name), a.name(f.Type))
		if f.Value != "" {
			fmt.Fprintf(a.out, " = %s", a.name(f.Value))
		}
		if f.Object != "" {
			fmt.Fprintf(a.out, " → %s", f.Object)
			if f.Kind != graph.Strong.String() {
				fmt.Fprintf(a.out, " (%s)", f.Kind)
			}
		}
		fmt.Fprintln(a.out)
	}
	more(a, o.FieldCount-len(o.Fields))
	fmt.Fprintf(a.out, "referrers (%s)\n", view.Count(o.ReferrerCount))
	for _, r := range o.Referrers {
		fmt.Fprintf(a.out, "  %s %s%s\n", r.Object, a.name(r.Type), a.name(r.Reference.Name))
	}
	more(a, o.ReferrerCount-len(o.Referrers))
	if o.Path == nil {
		fmt.Fprintln(a.out, "no root reaches it: garbage that was not yet collected")
		return
	}
	fmt.Fprintf(a.out, "alive because of\n  %s\n", a.name(o.Path.Root.Name))
	for _, s := range o.Path.Steps {
		fmt.Fprintf(a.out, "  %s → %s %s\n", a.name(s.Reference.Name), a.name(s.Type), s.Object)
	}
}

func more(a *app, n int) {
	if n > 0 {
		fmt.Fprintf(a.out, "  … and %s more (-n)\n", view.Count(n))
	}
}
