package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cycle"
	"github.com/refgraph/refgraph/graph/suspect"
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

// cyclesJSON is the answer of `cycles --json`.
type cyclesJSON struct {
	Dump   dumpJSON    `json:"dump"`
	Harm   bool        `json:"harm"` // whether cycles do harm in this runtime
	Why    string      `json:"why"`
	Total  int         `json:"total"`
	Cycles []cycleJSON `json:"cycles"`
}

type cycleJSON struct {
	Objects       int             `json:"objects"`
	ShallowBytes  uint64          `json:"shallow_bytes"`
	RetainedBytes uint64          `json:"retained_bytes"`
	Reachable     bool            `json:"reachable"`
	Types         []typeCountJSON `json:"types"`
	CycleLength   int             `json:"cycle_length"` // of a shortest cycle
	Cycle         []stepJSON      `json:"cycle"`        // its first steps; each one's reference leads to it from the step before, the first's from the last
}

type typeCountJSON struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

func runCycles(ctx context.Context, a *app, path string, f cyclesFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	h, done, err := a.openHeap(ctx, path, "")
	if err != nil {
		return err
	}
	defer done()
	if f.pic.output != "" && f.pic.output != "-" && !f.pic.json(a) {
		return drawCycle(ctx, a, h, f)
	}
	out, err := remember(ctx, a, h.Graph, question("cycles", f.n, f.pic.json(a)), func() (cyclesJSON, error) {
		return findCycles(ctx, a, h, f)
	})
	if err != nil {
		return err
	}
	if f.pic.json(a) {
		return f.pic.writeJSON(a, out)
	}
	printCycles(a, &out)
	return nil
}

func drawCycle(ctx context.Context, a *app, h *suspect.Heap, f cyclesFlags) error {
	list, err := cycle.Find(ctx, h.Tree)
	if err != nil {
		return err
	}
	if f.show < 1 || f.show > len(list) {
		return usageError{fmt.Errorf("--show %d: there are %s groups with cycles", f.show, view.Count(len(list)))}
	}
	return f.pic.write(ctx, a, view.CycleView(h.Tree, h.Paths, list[f.show-1], a.values))
}

// findCycles describes the first groups, with a cycle of each for JSON only: to
// look for it costs a search of the group.
func findCycles(ctx context.Context, a *app, h *suspect.Heap, f cyclesFlags) (out cyclesJSON, err error) {
	list, err := cycle.Find(ctx, h.Tree)
	if err != nil {
		return out, err
	}
	out = cyclesJSON{Dump: newDumpJSON(h.Graph), Total: len(list), Cycles: []cycleJSON{}}
	out.Harm, out.Why = cycle.Matters(h.Graph.Info().Runtime)
	if f.n > 0 {
		list = list[:min(f.n, len(list))]
	}
	for _, c := range list {
		j := newCycleJSON(h.Graph, c)
		if f.pic.json(a) {
			j.addCycle(h, c, a.values)
		}
		out.Cycles = append(out.Cycles, j)
		if err := ctx.Err(); err != nil {
			return out, err
		}
	}
	return out, nil
}

// maxSteps is how many steps of a cycle are in JSON: a ring may have millions.
const maxSteps = 100

func newCycleJSON(g *graph.Graph, c cycle.Component) cycleJSON {
	out := cycleJSON{Objects: len(c.Nodes), ShallowBytes: c.Bytes, RetainedBytes: c.Retained, Reachable: c.Reachable, Types: []typeCountJSON{}, Cycle: []stepJSON{}}
	for _, t := range cycle.Types(g, c) {
		out.Types = append(out.Types, typeCountJSON{g.Types().Name(t.Type), t.Count})
	}
	return out
}

// addCycle adds a shortest cycle.
func (out *cycleJSON) addCycle(h *suspect.Heap, c cycle.Component, values bool) {
	g := h.Graph
	round := cycle.Shortest(g, c, c.Nodes[0])
	out.CycleLength = len(round)
	for i, n := range round[:min(maxSteps, len(round))] {
		from := round[(i+len(round)-1)%len(round)]
		out.Cycle = append(out.Cycle, stepJSON{
			Reference: reference(g, from, n, values), Object: address(g, n), Type: g.TypeName(n),
			ShallowBytes: g.Size(n), RetainedBytes: h.Tree.Retained(n),
		})
	}
}

// reference describes the first reference that retains from one object to
// another.
func reference(g *graph.Graph, from, to graph.NodeID, values bool) referenceJSON {
	for i, n := range g.Row(from) {
		if k := g.RefKind(from, i); n == to && k.Retains() {
			return referenceJSON{g.Detail().RefName(from, i, values), k.String()}
		}
	}
	return referenceJSON{}
}

// typesShown is how many types of a group are printed.
const typesShown = 4

func printCycles(a *app, out *cyclesJSON) {
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
