package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/diff"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// diffFlags are the flags of diff.
type diffFlags struct {
	n      int
	failOn []string
	oldExe string
	force  bool
	pic    pictureFlags
}

func newDiff(a *app) *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What grew from one dump to the next; --fail-on for CI",
		Long: `diff compares two dumps of one program: by type, by leak suspect (equal
fingerprints are the same leak), by allocation site where the dumps have them,
and by the objects that are new where the runtime does not move objects. -o FILE
draws where the heap grew. Only objects that roots retain count.

Dumps of two programs are refused, unless --force is given.

--fail-on CONDITION exits with code 3 if the condition holds, or if its type or
site is in neither dump; it can be repeated.
` + diff.Grammar,
		Args: twoDumps,
		RunE: func(c *cobra.Command, args []string) error { return runDiff(c.Context(), a, args[0], args[1], f) },
	}
	c.Flags().IntVarP(&f.n, "number", "n", 20, "how many types; 0 for all")
	c.Flags().StringArrayVar(&f.failOn, "fail-on", nil, "exit with code 3 if this holds, such as 'type=main.Session,grows>1000'")
	c.Flags().StringVar(&f.oldExe, "old-exe", "", "executable of the old dump, if it is another than --exe")
	c.Flags().BoolVar(&f.force, "force", false, "compare also dumps of two programs")
	f.pic.add(c)
	return c
}

func twoDumps(_ *cobra.Command, args []string) error {
	if len(args) == 2 {
		return nil
	}
	return usageError{hintError{fmt.Errorf("two dumps, not %d", len(args)), "refgraph diff OLD NEW [flags]"}}
}

func runDiff(ctx context.Context, a *app, oldPath, newPath string, f diffFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	q := ask.DiffQuestion{Number: f.n, Force: f.force}
	for _, s := range f.failOn {
		c, err := diff.Parse(s)
		if err != nil {
			return usageError{hintError{err, "such as 'type=main.Session,grows>1000'; refgraph diff --help has the grammar"}}
		}
		q.Conditions = append(q.Conditions, c)
	}
	if f.pic.drawn(a) {
		q.Nodes = f.pic.maxNodes
	}
	found, err := compare(ctx, a, oldPath, newPath, q, f)
	if err != nil {
		return err
	}
	switch {
	case f.pic.json(a):
		err = f.pic.writeJSON(a, found)
	case found.Picture != nil:
		err = f.pic.write(ctx, a, view.Growth(found))
	default:
		printDiff(a, found)
		a.next(newPath, nextOfDiff(found, oldPath, f.force)...)
	}
	if err != nil {
		return err
	}
	return failOn(a, found)
}

// compare asks what grew, of dumps or of files with nothing but sites.
func compare(ctx context.Context, a *app, oldPath, newPath string, q ask.DiffQuestion, f diffFlags) (*ask.DiffAnswer, error) {
	if dump.IsSites(ctx, oldPath) || dump.IsSites(ctx, newPath) {
		return ask.DiffSites(ctx, oldPath, newPath, q)
	}
	oldApp := *a
	if f.oldExe != "" {
		oldApp.exe = f.oldExe
	}
	old, err := oldApp.open(ctx, oldPath)
	if err != nil {
		return nil, err
	}
	defer old.Close()
	s, err := a.open(ctx, newPath)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Diff(ctx, old, q)
}

// failOn is an error if a condition holds.
func failOn(a *app, found *ask.DiffAnswer) error {
	var hit []string
	missing := false
	for _, c := range found.FailOn {
		switch {
		case c.Unknown:
			missing = true
			hit = append(hit, c.Condition+" (nothing of that name is in either dump)")
		case c.Holds:
			hit = append(hit, fmt.Sprintf("%s (%s)", c.Condition, c.Measured))
		}
	}
	if len(hit) == 0 {
		return nil
	}
	err := failOnError{fmt.Errorf("--fail-on: %s", strings.Join(hit, "; "))}
	if missing {
		return hintError{err, "a misspelt name would never fail: refgraph top lists the types, diff -n 0 those that changed"}
	}
	return err
}

func printDiff(a *app, d *ask.DiffAnswer) {
	if d.SitesOnly {
		printDiffRows(a, "ALLOCATION SITE", d.Sites, d.ChangedSites, nil)
		printDiffRow(a, &d.Total, d.Total.Name)
		return
	}
	printDiffRows(a, "TYPE", d.Types, d.ChangedTypes, nil)
	printDiffRow(a, &d.Total, d.Total.Name)
	if d.Added != nil {
		fmt.Fprintf(a.out, "%s objects are new, %s\n", view.Count(d.Added.Objects), view.Bytes(d.Added.Bytes))
	}
	if len(d.Sites) > 0 {
		fmt.Fprintln(a.out)
		printDiffRows(a, "ALLOCATION SITE", d.Sites, d.ChangedSites, nil)
	}
	if len(d.Suspects) > 0 {
		fmt.Fprintln(a.out)
		printDiffRows(a, "SUSPECT", d.Suspects, len(d.Suspects), d.Reasons)
	}
}

func printDiffRows(a *app, what string, rows []ask.DiffRow, all int, reasons map[string]string) {
	fmt.Fprintf(a.out, "%13s  %13s  %11s  %10s  %s\n", "OBJECTS", "NOW", "BYTES", "NOW", what)
	for i := range rows {
		name := rows[i].Name
		if reason := reasons[name]; reason != "" {
			name += "  " + reason
		}
		printDiffRow(a, &rows[i], name)
	}
	if rest := all - len(rows); rest > 0 {
		fmt.Fprintf(a.out, "%13s  %s more changed (-n)\n", "", view.Count(rest))
	}
}

func printDiffRow(a *app, r *ask.DiffRow, name string) {
	fmt.Fprintf(a.out, "%13s  %13s  %11s  %10s  %s\n", moreCount(r.NewCount-r.OldCount), view.Count(r.NewCount),
		moreBytes(int64(r.NewBytes-r.OldBytes)), view.Bytes(r.NewBytes), a.name(name))
}

func moreCount(n int) string {
	if n > 0 {
		return "+" + view.Count(n)
	}
	return view.Count(n)
}

func moreBytes(n int64) string {
	if n < 0 {
		return "-" + view.Bytes(uint64(-n))
	}
	if n > 0 {
		return "+" + view.Bytes(uint64(n))
	}
	return view.Bytes(0)
}
