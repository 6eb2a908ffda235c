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
	typ     string
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
frees, and mean nothing to a tracing collector. Groups with the same types in the
same numbers are one line, with a shortest cycle; cycles of classes, modules and
functions are left out, unless --type asks for them.

-o FILE draws a shortest cycle of one group: of the first line, or the one that --show says.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runCycles(c.Context(), a, args[0], f) },
	}
	c.Flags().IntVarP(&f.n, "number", "n", 20, "how many lines; 0 for all")
	c.Flags().IntVar(&f.show, "show", 1, "which line -o draws a group of, counted from 1")
	c.Flags().StringVar(&f.typ, "type", "", "only groups with objects of this type")
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
	q := ask.CyclesQuestion{Type: f.typ, Number: f.n, Rounds: true}
	draw := f.pic.drawn(a)
	if draw {
		q.Show = f.show
		if f.show < 1 {
			return usageError{fmt.Errorf("--show %d: lines are counted from 1", f.show)}
		}
	}
	found, err := s.Cycles(ctx, q)
	switch {
	case err != nil:
		return err
	case draw:
		return f.pic.write(ctx, a, view.Cycle(found))
	case f.pic.json(a):
		return f.pic.writeJSON(a, found)
	}
	printCycles(a, found)
	a.next(path, nextOfCycles(found)...)
	return nil
}

// typesShown is how many types of a group, or steps of a cycle, are printed.
const typesShown = 4

func printCycles(a *app, out *ask.CyclesAnswer) {
	fmt.Fprintf(a.out, "%10s  %10s  %10s  CYCLE\n", "RETAINED", "OBJECTS", "GROUPS")
	for i := range out.Cycles {
		c := &out.Cycles[i]
		fmt.Fprintf(a.out, "%10s  %10s  %10s  %s\n", view.Bytes(c.AllRetainedBytes), view.Count(c.AllObjects), view.Count(c.Groups), a.name(cycleText(c)))
	}
	fmt.Fprintf(a.out, "%s groups of %s shapes", view.Count(out.Total), view.Count(out.Shapes))
	if rest := out.Shapes - len(out.Cycles); rest > 0 {
		fmt.Fprintf(a.out, ", %s not shown (-n)", view.Count(rest))
	}
	fmt.Fprintln(a.out, "; "+out.Why)
}

// cycleText is a shortest cycle as code has it, and what else is in a group.
func cycleText(c *ask.Cycle) string {
	var b strings.Builder
	for i := range c.Cycle[:min(typesShown, len(c.Cycle))] {
		b.WriteString(c.Cycle[i].Type)
		next := c.Cycle[(i+1)%len(c.Cycle)]
		fmt.Fprintf(&b, " %s → ", next.Reference.Name)
	}
	if k := c.CycleLength - typesShown; k > 0 {
		fmt.Fprintf(&b, "… %s more → ", view.Count(k))
	}
	if len(c.Cycle) > 0 {
		b.WriteString(c.Cycle[0].Type)
	}
	if rest := c.Objects - c.CycleLength; rest > 0 && len(c.Types) > 0 {
		var parts []string
		for _, t := range c.Types[:min(typesShown, len(c.Types))] {
			parts = append(parts, view.Count(t.Count)+" "+t.Type)
		}
		if k := len(c.Types) - typesShown; k > 0 {
			parts = append(parts, view.MoreTypes(k))
		}
		fmt.Fprintf(&b, "; in a group of %s", strings.Join(parts, ", "))
	}
	if !c.Reachable {
		b.WriteString("; not reachable")
	}
	return b.String()
}
