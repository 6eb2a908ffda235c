package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/lang"
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

func runSuspects(ctx context.Context, a *app, path string, f suspectsFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	s, older, done, err := a.openBoth(ctx, path, f.against)
	if err != nil {
		return err
	}
	defer done()
	found, err := s.Suspects(ctx, ask.SuspectsQuestion{Number: f.n, Older: older, Pictures: f.pic.drawn(a), Drawn: 1})
	if err != nil {
		return err
	}
	if err := showSuspects(ctx, a, found, f); err != nil || f.pic.drawn(a) || f.pic.json(a) {
		return err
	}
	a.next(path, nextOfSuspects(found, f.n, f.against)...)
	return nil
}

func showSuspects(ctx context.Context, a *app, found *ask.SuspectsAnswer, f suspectsFlags) error {
	if f.pic.json(a) {
		return f.pic.writeJSON(a, found)
	}
	list := found.Suspects
	if f.pic.drawn(a) {
		if len(list) == 0 {
			return hintError{fmt.Errorf("no suspects: nothing to draw"), "refgraph top and refgraph dominators show what takes the memory"}
		}
		return f.pic.write(ctx, a, view.Suspect(&list[0]))
	}
	outside := found.Process != nil && found.Process.MostlyOutside
	if outside {
		fmt.Fprintf(a.out, "%s\n\n", strings.Join(view.Outside(found.Process), "\n"))
	}
	switch {
	case len(list) == 0 && outside:
		fmt.Fprintln(a.out, "no suspects in the part that is in the dump")
	case len(list) == 0:
		fmt.Fprintln(a.out, "no suspects; refgraph top and refgraph dominators show what takes the memory")
	}
	for i := range list {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		printSuspect(a, i+1, &list[i])
	}
	printPooled(a, found)
	return nil
}

// printPooled says what is in pools and no suspect, if it is much or all there is
// to say.
func printPooled(a *app, found *ask.SuspectsAnswer) {
	const much = 0.01
	suspects := len(found.Suspects)
	if found.PooledBytes == 0 || suspects > 0 && float64(found.PooledBytes) < much*float64(found.ReachableBytes) {
		return
	}
	if suspects > 0 {
		fmt.Fprintln(a.out)
	}
	fmt.Fprintf(a.out, "%s objects (%s) are in pools and nowhere else (%s): not suspect\n", view.Count(found.PooledObjects), view.Bytes(found.PooledBytes), lang.Pools)
}

// printSuspect writes one suspect for a terminal: the reason, the sizes, the
// path.
func printSuspect(a *app, number int, s *ask.Suspect) {
	fmt.Fprintf(a.out, "%d. %s\n", number, a.name(s.Reason))
	fmt.Fprintf(a.out, "   %s retained, %s of the reachable heap · %s · fingerprint %s\n",
		view.Bytes(s.RetainedBytes), view.Percent(s.Share), s.Detector, s.Fingerprint)
	if verdict := view.SuspectVerdict(s); verdict != "" {
		fmt.Fprintf(a.out, "   %s\n", a.name(verdict))
	}
	if known := view.KnownLeak(s); known != "" {
		fmt.Fprintf(a.out, "   %s\n", known)
	}
	fmt.Fprintf(a.out, "   usual fix: %s\n", s.Hint)
	if s.Path == nil {
		return
	}
	fmt.Fprintf(a.out, "   %s\n", a.name(s.Path.Root.Name))
	for _, line := range pathLines(s) {
		fmt.Fprintf(a.out, "   %s\n", a.name(line))
	}
}

// pathEnds is how many steps of a long path are printed at each end.
const pathEnds = 6

// pathLines is one line for each step of a suspect's path.
func pathLines(s *ask.Suspect) (lines []string) {
	steps := s.Path.Steps
	for i, step := range steps {
		if i >= pathEnds && i < len(steps)-pathEnds {
			if i == pathEnds {
				lines = append(lines, fmt.Sprintf("  … %s more steps …", view.Count(len(steps)-2*pathEnds)))
			}
			continue
		}
		mark := ""
		if s.Accumulation != nil && step.Object == s.Accumulation.Object {
			mark = "   ← it comes together here"
		}
		lines = append(lines, fmt.Sprintf("  %s → %s %s%s", step.Reference.Name, step.Type, step.Object, mark))
	}
	return lines
}
