package main

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// topFlags are the flags of top.
type topFlags struct {
	by  string
	n   int
	all bool
}

func newTop(a *app) *cobra.Command {
	var f topFlags
	c := &cobra.Command{
		Use:   "top DUMP",
		Short: "Which types take the memory",
		Long: `top counts the objects of each type: how many, their shallow bytes and, with
--by retained, what the objects of the type retain together.

Objects that no root reaches are garbage that the collector had not yet freed;
--all counts them too, and what only soft and weak references reach, which has
lines of its own at the end.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runTop(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVar(&f.by, "by", "shallow", "order: count, shallow or retained")
	c.Flags().IntVarP(&f.n, "number", "n", 20, "how many types; 0 for all")
	c.Flags().BoolVar(&f.all, "all", false, "count unreachable objects too")
	return c
}

func runTop(ctx context.Context, a *app, path string, f topFlags) error {
	q := ask.TopQuestion{By: histogram.Order(f.by), Number: f.n, All: f.all}
	if err := q.Check(); err != nil {
		return err
	}
	s, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	t, err := s.Top(ctx, q)
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(a.out, t)
	}
	printTop(a, t)
	a.next(path, nextOfTop(t)...)
	return nil
}

func printTop(a *app, t *ask.TopAnswer) {
	retained := t.By == histogram.ByRetained
	head := fmt.Sprintf("%13s  %10s  %7s", "COUNT", "SHALLOW", "SHARE")
	if retained {
		head += fmt.Sprintf("  %10s", "RETAINED")
	}
	fmt.Fprintln(a.out, head+"  TYPE")
	for _, r := range t.Types {
		fmt.Fprintf(a.out, "%13s  %10s  %7s", view.Count(r.Count), view.Bytes(r.ShallowBytes), view.Percent(view.Share(r.ShallowBytes, t.ShallowBytes)))
		if retained {
			fmt.Fprintf(a.out, "  %10s", view.Bytes(*r.RetainedBytes))
		}
		fmt.Fprintln(a.out, "  "+a.name(r.Name))
	}
	fmt.Fprintf(a.out, "%13s  %10s           all %s types", view.Count(t.AllObjects), view.Bytes(t.ShallowBytes), view.Count(t.AllTypes))
	if rest := t.AllTypes - len(t.Types); rest > 0 {
		fmt.Fprintf(a.out, ", %s not shown (-n)", view.Count(rest))
	}
	fmt.Fprintln(a.out)
	for _, o := range t.Only {
		fmt.Fprintf(a.out, "%13s  %10s           only %s references reach: the collector frees them %s\n", view.Count(o.Objects), view.Bytes(o.ShallowBytes), o.Kind, whenFreed(o.Kind))
	}
}

// whenFreed is when the collector frees what only references of a kind reach.
func whenFreed(kind string) string {
	switch kind {
	case graph.Soft.String():
		return "when memory is short"
	case graph.Finalizer.String():
		return "once they are finalized"
	}
	return "at its next run"
}
