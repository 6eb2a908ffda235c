package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// cyclesFlags are the flags of cycles.
type cyclesFlags struct {
	n, show int
	pic     pictureFlags
}

func newCycles(a *app) *cobra.Command {
	var f cyclesFlags
	c := &cobra.Command{
		Use:   "cycles DUMP",
		Short: "Reference cycles, largest retained first",
		Long: `cycles lists the groups of objects that all refer to each other, directly or not
(strongly connected components), with what is freed if a group is cut, and says
whether cycles matter in the dump's runtime: they delay what reference counting
frees, and mean nothing to a tracing collector.

-o FILE draws a shortest cycle of one group: the first, or the one that --show says.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runCycles(c.Context(), a, args[0], f) },
	}
	c.Flags().IntVarP(&f.n, "number", "n", 20, "how many groups; 0 for all")
	c.Flags().IntVar(&f.show, "show", 1, "which group -o draws, counted from 1")
	f.pic.add(c)
	return c
}

func runCycles(ctx context.Context, a *app, path string, f cyclesFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	s, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	q := ask.CyclesQuestion{Number: f.n, Rounds: f.pic.json(a)}
	draw := f.pic.drawn(a)
	if draw {
		q.Show = f.show
		if f.show < 1 {
			return usageError{fmt.Errorf("--show %d: groups are counted from 1", f.show)}
		}
	}
	found, err := s.Cycles(ctx, q)
	switch {
	case err != nil:
		return err
	case draw:
		return f.pic.write(ctx, a, view.Cycle(found))
	case q.Rounds:
		return f.pic.writeJSON(a, found)
	}
	printCycles(a, found)
	return nil
}

// typesShown is how many types of a group are printed.
const typesShown = 4

func printCycles(a *app, out *ask.CyclesAnswer) {
	fmt.Fprintf(a.out, "%10s  %10s  %10s  OBJECTS IN CYCLES\n", "RETAINED", "SHALLOW", "OBJECTS")
	for _, c := range out.Cycles {
		var parts []string
		for _, t := range c.Types[:min(typesShown, len(c.Types))] {
			parts = append(parts, fmt.Sprintf("%s %s", view.Count(t.Count), t.Type))
		}
		if k := len(c.Types) - typesShown; k > 0 {
			parts = append(parts, fmt.Sprintf("%d more types", k))
		}
		if !c.Reachable {
			parts = append(parts, "not reachable")
		}
		fmt.Fprintf(a.out, "%10s  %10s  %10s  %s\n", view.Bytes(c.RetainedBytes), view.Bytes(c.ShallowBytes), view.Count(c.Objects), a.name(strings.Join(parts, ", ")))
	}
	fmt.Fprintf(a.out, "%s groups", view.Count(out.Total))
	if rest := out.Total - len(out.Cycles); rest > 0 {
		fmt.Fprintf(a.out, ", %s not shown (-n)", view.Count(rest))
	}
	fmt.Fprintln(a.out, "; "+out.Why)
}
