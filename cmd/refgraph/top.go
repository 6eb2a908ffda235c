package main

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/retain"
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
--all counts them too.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runTop(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVar(&f.by, "by", "shallow", "order: count, shallow or retained")
	c.Flags().IntVarP(&f.n, "number", "n", 20, "how many types; 0 for all")
	c.Flags().BoolVar(&f.all, "all", false, "count unreachable objects too")
	return c
}

// topJSON is the contract of `top --json`.
type topJSON struct {
	Dump  dumpJSON      `json:"dump"`
	Types []topTypeJSON `json:"types"`
}

type topTypeJSON struct {
	Name          string  `json:"name"`
	Count         int     `json:"count"`
	ShallowBytes  uint64  `json:"shallow_bytes"`
	RetainedBytes *uint64 `json:"retained_bytes"` // null unless --by retained, which alone computes it
}

func runTop(ctx context.Context, a *app, path string, f topFlags) error {
	by := histogram.Order(f.by)
	if by != histogram.ByCount && by != histogram.ByShallow && by != histogram.ByRetained {
		return usageError{fmt.Errorf("--by %s: not one of count, shallow, retained", f.by)}
	}
	d, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	h, err := remember(ctx, a, d.Graph, question("top", by, f.all), func() (*histogram.Histogram, error) {
		return count(ctx, d.Graph, by, f.all)
	})
	if err != nil {
		return err
	}
	rows := h.Top(by, f.n)
	if a.json {
		out := topJSON{Dump: newDumpJSON(d.Graph), Types: []topTypeJSON{}}
		for _, r := range rows {
			t := topTypeJSON{Name: r.Name, Count: r.Count, ShallowBytes: r.Shallow}
			if by == histogram.ByRetained {
				t.RetainedBytes = &r.Retained
			}
			out.Types = append(out.Types, t)
		}
		return a.writeJSON(a.out, out)
	}
	printTop(a, h, rows, by)
	return nil
}

// count makes the histogram, with retained sizes only if they are the order:
// they cost more than all the rest.
func count(ctx context.Context, g *graph.Graph, by histogram.Order, all bool) (*histogram.Histogram, error) {
	if by != histogram.ByRetained {
		if all {
			return histogram.Count(ctx, g, nil)
		}
		live, err := retain.Reach(ctx, g)
		if err != nil {
			return nil, err
		}
		return histogram.Count(ctx, g, live.Has)
	}
	sizes, err := dominator.Compute(ctx, g)
	if err != nil {
		return nil, err
	}
	keep := sizes.Reachable
	if all {
		keep = nil
	}
	return histogram.CountRetained(ctx, sizes, keep)
}

func printTop(a *app, h *histogram.Histogram, rows []histogram.Row, by histogram.Order) {
	retained := by == histogram.ByRetained
	head := fmt.Sprintf("%13s  %10s  %7s", "COUNT", "SHALLOW", "SHARE")
	if retained {
		head += fmt.Sprintf("  %10s", "RETAINED")
	}
	fmt.Fprintln(a.out, head+"  TYPE")
	for _, r := range rows {
		fmt.Fprintf(a.out, "%13s  %10s  %7s", view.Count(r.Count), view.Bytes(r.Shallow), view.Percent(view.Share(r.Shallow, h.Bytes)))
		if retained {
			fmt.Fprintf(a.out, "  %10s", view.Bytes(r.Retained))
		}
		fmt.Fprintln(a.out, "  "+a.name(r.Name))
	}
	rest := len(h.Rows) - len(rows)
	fmt.Fprintf(a.out, "%13s  %10s           all %s types", view.Count(h.Objects), view.Bytes(h.Bytes), view.Count(len(h.Rows)))
	if rest > 0 {
		fmt.Fprintf(a.out, ", %s not shown (-n)", view.Count(rest))
	}
	fmt.Fprintln(a.out)
}
