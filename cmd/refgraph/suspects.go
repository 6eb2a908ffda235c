package main

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/suspect"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// suspectsFlags are the flags of suspects.
type suspectsFlags struct {
	n       int
	against string
	pic     pictureFlags
}

func newSuspects(a *app) *cobra.Command {
	var f suspectsFlags
	c := &cobra.Command{
		Use:   "suspects DUMP [--against OLDER]",
		Short: "What leaks, in order, with the reason in words",
		Long: "suspects finds what leaks without being told a type. Its detectors:\n\n" + detectorHelp() + `
A fingerprint says where a leak is, not how big: it is the same in all dumps of a
program. -o FILE draws one suspect, the first or the one that -n says.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runSuspects(c.Context(), a, args[0], f) },
	}
	c.Flags().IntVarP(&f.n, "number", "n", 0, "show only this one, counted from 1")
	c.Flags().StringVar(&f.against, "against", "", "an older dump of the same program: finds what grew")
	f.pic.add(c)
	return c
}

func detectorHelp() (s string) {
	for _, d := range suspect.Detectors() {
		s += fmt.Sprintf("  %-13s %s\n", d.Name, d.Doc)
	}
	return s
}

// suspectsJSON is the contract of `suspects --json`.
type suspectsJSON struct {
	Dump          dumpJSON      `json:"dump"`
	Suspects      []suspectJSON `json:"suspects"`
	PooledObjects int           `json:"pooled_objects"` // held by nothing but pools, which the collector empties
	PooledBytes   uint64        `json:"pooled_bytes"`
}

type suspectJSON struct {
	Detector      string            `json:"detector"`
	Reason        string            `json:"reason"`
	Hint          string            `json:"hint"`
	Fingerprint   string            `json:"fingerprint"`
	Object        string            `json:"object"`
	Type          string            `json:"type"`
	Count         int               `json:"count"`
	Elements      int               `json:"elements"`
	ElementType   string            `json:"element_type"`
	RetainedBytes uint64            `json:"retained_bytes"`
	Share         float64           `json:"share"`
	Accumulation  *accumulationJSON `json:"accumulation"`
	Path          *pathJSON         `json:"path"`
}

type accumulationJSON struct {
	Object        string `json:"object"`
	Type          string `json:"type"`
	RetainedBytes uint64 `json:"retained_bytes"`
}

func newSuspectJSON(h *suspect.Heap, s *suspect.Suspect) suspectJSON {
	out := suspectJSON{
		Detector: s.Detector, Reason: s.Reason, Hint: s.Hint, Fingerprint: s.Fingerprint, Object: address(h.Graph, s.Object), Type: s.Type,
		Count: s.Count, Elements: s.Elements, ElementType: s.ElementType, RetainedBytes: s.Retained, Share: s.Share,
	}
	if s.Accumulation != graph.None {
		out.Accumulation = &accumulationJSON{address(h.Graph, s.Accumulation), h.Graph.TypeName(s.Accumulation), h.Tree.Retained(s.Accumulation)}
	}
	if s.Path.Root != nil {
		p := newPathJSON(h.Graph, h.Tree, s.Path)
		out.Path = &p
	}
	return out
}

func runSuspects(ctx context.Context, a *app, path string, f suspectsFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	h, done, err := a.openHeap(ctx, path, f.against)
	if err != nil {
		return err
	}
	defer done()
	list, err := suspect.Find(ctx, h)
	if err != nil {
		return err
	}
	if f.n < 0 || f.n > len(list) && f.n > 0 {
		return usageError{fmt.Errorf("-n %d: there are %d suspects", f.n, len(list))}
	}
	if f.n > 0 {
		list = list[f.n-1 : f.n]
	}
	return showSuspects(ctx, a, h, list, f)
}

func showSuspects(ctx context.Context, a *app, h *suspect.Heap, list []suspect.Suspect, f suspectsFlags) error {
	if f.pic.json(a) {
		out := suspectsJSON{Dump: newDumpJSON(h.Graph), Suspects: []suspectJSON{}}
		out.PooledObjects, out.PooledBytes = h.Pooled()
		for i := range list {
			out.Suspects = append(out.Suspects, newSuspectJSON(h, &list[i]))
		}
		return f.pic.writeJSON(a, out)
	}
	if f.pic.output != "" && f.pic.output != "-" {
		if len(list) == 0 {
			return hintError{fmt.Errorf("no suspects: nothing to draw"), "refgraph top and refgraph dominators show what takes the memory"}
		}
		v, err := view.SuspectView(ctx, h, &list[0], a.values)
		if err != nil {
			return err
		}
		return f.pic.write(ctx, a, v)
	}
	if len(list) == 0 {
		fmt.Fprintln(a.out, "no suspects; refgraph top and refgraph dominators show what takes the memory")
	}
	for i := range list {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		if err := printSuspect(a, h, i+1, &list[i]); err != nil {
			return err
		}
	}
	printPooled(a, h, len(list))
	return nil
}

// printPooled says what is in pools and no suspect, if it is much or all there is
// to say.
func printPooled(a *app, h *suspect.Heap, suspects int) {
	const much = 0.01
	objects, bytes := h.Pooled()
	if _, total := h.Tree.Total(); bytes == 0 || suspects > 0 && float64(bytes) < much*float64(total) {
		return
	}
	if suspects > 0 {
		fmt.Fprintln(a.out)
	}
	fmt.Fprintf(a.out, "%s objects (%s) are in sync.Pools and nowhere else: freed after two collections, not suspect\n", view.Count(objects), view.Bytes(bytes))
}

// printSuspect writes one suspect for a terminal: the reason, the sizes, the
// path.
func printSuspect(a *app, h *suspect.Heap, number int, s *suspect.Suspect) error {
	fmt.Fprintf(a.out, "%d. %s\n", number, a.name(s.Reason))
	fmt.Fprintf(a.out, "   %s retained, %s of the reachable heap · %s · fingerprint %s\n",
		view.Bytes(s.Retained), view.Percent(s.Share), s.Detector, s.Fingerprint)
	fmt.Fprintf(a.out, "   usual fix: %s\n", s.Hint)
	if s.Path.Root == nil {
		return nil
	}
	fmt.Fprintf(a.out, "   %s\n", a.name(h.Graph.String(s.Path.Root.Name)))
	for _, line := range pathLines(h.Graph, s) {
		fmt.Fprintf(a.out, "   %s\n", a.name(line))
	}
	return nil
}

// pathEnds is how many steps of a long path are printed at each end.
const pathEnds = 6

// pathLines is one line for each step of a suspect's path.
func pathLines(g *graph.Graph, s *suspect.Suspect) (lines []string) {
	steps := s.Path.Steps
	for i, step := range steps {
		if i >= pathEnds && i < len(steps)-pathEnds {
			if i == pathEnds {
				lines = append(lines, fmt.Sprintf("  … %s more steps …", view.Count(len(steps)-2*pathEnds)))
			}
			continue
		}
		mark := ""
		if step.Node == s.Accumulation {
			mark = "   ← it comes together here"
		}
		lines = append(lines, fmt.Sprintf("  %s → %s 0x%x%s", step.Ref, g.TypeName(step.Node), g.Address(step.Node), mark))
	}
	return lines
}
