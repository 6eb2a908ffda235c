package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/diff"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/dump/python"
	"github.com/refgraph/refgraph/graph/suspect"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// diffFlags are the flags of diff.
type diffFlags struct {
	n      int
	failOn []string
	oldExe string
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

--fail-on CONDITION exits with code 3 if the condition holds; it can be repeated.
` + diff.Grammar,
		Args: twoDumps,
		RunE: func(c *cobra.Command, args []string) error { return runDiff(c.Context(), a, args[0], args[1], f) },
	}
	c.Flags().IntVarP(&f.n, "number", "n", 20, "how many types; 0 for all")
	c.Flags().StringArrayVar(&f.failOn, "fail-on", nil, "exit with code 3 if this holds, such as 'type=main.Session,grows>1000'")
	c.Flags().StringVar(&f.oldExe, "old-exe", "", "executable of the old dump, if it is another than --exe")
	f.pic.add(c)
	return c
}

func twoDumps(_ *cobra.Command, args []string) error {
	if len(args) == 2 {
		return nil
	}
	return usageError{hintError{fmt.Errorf("two dumps, not %d", len(args)), "refgraph diff OLD NEW [flags]"}}
}

// diffJSON is the contract of `diff --json`.
type diffJSON struct {
	Old      dumpJSON       `json:"old"`
	New      dumpJSON       `json:"new"`
	Total    diffRowJSON    `json:"total"`
	Types    []diffRowJSON  `json:"types"`
	Suspects []diffRowJSON  `json:"suspects"`
	Sites    []diffRowJSON  `json:"sites"`
	Added    *diffAddedJSON `json:"added"` // null where that cannot be told
	FailOn   []failOnJSON   `json:"fail_on"`
}

type diffRowJSON struct {
	Name        string `json:"name"`
	Type        string `json:"type,omitempty"` // of a suspect, whose name is its fingerprint
	OldCount    int    `json:"old_count"`
	NewCount    int    `json:"new_count"`
	OldBytes    uint64 `json:"old_bytes"`
	NewBytes    uint64 `json:"new_bytes"`
	OldRetained uint64 `json:"old_retained_bytes"`
	NewRetained uint64 `json:"new_retained_bytes"`
}

type diffAddedJSON struct {
	Objects int    `json:"objects"`
	Bytes   uint64 `json:"bytes"`
}

type failOnJSON struct {
	Condition string `json:"condition"`
	Holds     bool   `json:"holds"`
	Measured  string `json:"measured"`
	Matched   int    `json:"matched"`
}

// comparison is all that diff knows.
type comparison struct {
	old, new *suspect.Heap
	report   *diff.Report
	added    *diffAddedJSON
	reasons  map[string]string // of suspects by fingerprint
}

func runDiff(ctx context.Context, a *app, oldPath, newPath string, f diffFlags) error {
	if err := f.pic.check(); err != nil {
		return err
	}
	var conditions []diff.Condition
	for _, s := range f.failOn {
		c, err := diff.Parse(s)
		if err != nil {
			return usageError{hintError{err, "such as 'type=main.Session,grows>1000'; refgraph diff --help has the grammar"}}
		}
		conditions = append(conditions, c)
	}
	if dump.IsSites(ctx, oldPath) || dump.IsSites(ctx, newPath) {
		return diffSites(ctx, a, oldPath, newPath, conditions, f)
	}
	oldApp := *a
	if f.oldExe != "" {
		oldApp.exe = f.oldExe
	}
	oldDump, err := oldApp.open(ctx, oldPath)
	if err != nil {
		return err
	}
	defer oldDump.Close()
	newDump, err := a.open(ctx, newPath)
	if err != nil {
		return err
	}
	defer newDump.Close()
	c, err := compareDumps(ctx, oldDump.Graph, newDump.Graph)
	if err != nil {
		return err
	}
	if err := addSites(ctx, c.report, oldPath, newPath); err != nil {
		return err
	}
	if err := showDiff(ctx, a, c, conditions, f); err != nil {
		return err
	}
	return failOn(a, c.report, conditions)
}

// compareDumps runs the analyses of both dumps.
func compareDumps(ctx context.Context, old, new *graph.Graph) (*comparison, error) {
	c := &comparison{reasons: map[string]string{}}
	var err error
	if c.old, err = suspect.NewHeap(ctx, old); err != nil {
		return nil, err
	}
	if c.new, err = suspect.NewHeap(ctx, new); err != nil {
		return nil, err
	}
	if c.report, err = diff.Compare(ctx, c.old.Tree, c.new.Tree); err != nil {
		return nil, err
	}
	before, err := suspect.Find(ctx, c.old)
	if err != nil {
		return nil, err
	}
	c.new.Older = c.old
	now, err := suspect.Find(ctx, c.new)
	if err != nil {
		return nil, err
	}
	c.report.AddSuspects(before, now)
	for _, s := range append(before, now...) {
		c.reasons[s.Fingerprint] = s.Reason
	}
	set, ok, err := diff.Added(ctx, c.old.Tree, c.new.Tree)
	if err != nil {
		return nil, err
	}
	if ok {
		c.added = &diffAddedJSON{set.Len(), shallow(new, set)}
	}
	return c, nil
}

// addSites adds allocation sites if both files have them.
func addSites(ctx context.Context, r *diff.Report, oldPath, newPath string) error {
	var sides [2]map[string]diff.Amount
	for i, path := range []string{oldPath, newPath} {
		if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
			return nil // a pipe can be read once
		}
		s, err := dump.Sites(ctx, path, nil)
		if err != nil {
			var unknown *dump.UnknownFormatError
			if errors.Is(err, python.ErrNoSites) || errors.As(err, &unknown) {
				return nil // a dump without sites
			}
			return err
		}
		sides[i] = siteAmounts(s)
	}
	r.AddSites(sides[0], sides[1])
	return nil
}

func siteAmounts(s *python.Snapshot) map[string]diff.Amount {
	out := map[string]diff.Amount{}
	for _, st := range s.Statistics(python.ByLine, false) {
		if len(st.Frames) > 0 {
			out[st.Frames[0].String()] = diff.Amount{Count: int(st.Count), Bytes: uint64(max(0, st.Size))}
		}
	}
	return out
}

// diffSites compares files that have allocation sites and no objects.
func diffSites(ctx context.Context, a *app, oldPath, newPath string, conditions []diff.Condition, f diffFlags) error {
	r := &diff.Report{Total: diff.Row{Name: "all sites"}}
	if err := addSites(ctx, r, oldPath, newPath); err != nil {
		return err
	}
	if r.Sites == nil {
		return hintError{fmt.Errorf("one of the files has no allocation sites"), "compare two tracemalloc snapshots, or two heap dumps"}
	}
	for _, row := range r.Sites {
		r.Total.Old.Count, r.Total.Old.Bytes = r.Total.Old.Count+row.Old.Count, r.Total.Old.Bytes+row.Old.Bytes
		r.Total.New.Count, r.Total.New.Bytes = r.Total.New.Count+row.New.Count, r.Total.New.Bytes+row.New.Bytes
	}
	if f.pic.json(a) {
		out := diffJSON{Total: newDiffRowJSON(r.Total), Types: []diffRowJSON{}, Suspects: []diffRowJSON{}, Sites: diffRows(r.Sites, f.n), FailOn: checked(r, conditions)}
		if err := f.pic.writeJSON(a, out); err != nil {
			return err
		}
	} else {
		printDiffRows(a, "ALLOCATION SITE", r.Sites, f.n, nil)
		printDiffTotal(a, r.Total)
	}
	return failOn(a, r, conditions)
}

func showDiff(ctx context.Context, a *app, c *comparison, conditions []diff.Condition, f diffFlags) error {
	switch {
	case f.pic.json(a):
		return f.pic.writeJSON(a, diffJSON{
			Old: newDumpJSON(c.old.Graph), New: newDumpJSON(c.new.Graph), Total: newDiffRowJSON(c.report.Total),
			Types: diffRows(c.report.Types, f.n), Suspects: diffRows(c.report.Suspects, 0), Sites: diffRows(c.report.Sites, f.n),
			Added: c.added, FailOn: checked(c.report, conditions),
		})
	case f.pic.output != "" && f.pic.output != "-":
		root, err := diff.Grow(ctx, c.old.Tree, c.new.Tree, f.pic.maxNodes)
		if err != nil {
			return err
		}
		return f.pic.write(ctx, a, view.GrowthView(c.old.Tree, c.new.Tree, c.new.Paths, root))
	}
	printDiff(a, c, f.n)
	return nil
}

func newDiffRowJSON(r diff.Row) diffRowJSON {
	return diffRowJSON{r.Name, r.Alias, r.Old.Count, r.New.Count, r.Old.Bytes, r.New.Bytes, r.Old.Retained, r.New.Retained}
}

// diffRows are the rows that changed, at most n, or all for 0.
func diffRows(rows []diff.Row, n int) []diffRowJSON {
	out := []diffRowJSON{}
	for _, r := range rows {
		if r.Old != r.New && (n <= 0 || len(out) < n) {
			out = append(out, newDiffRowJSON(r))
		}
	}
	return out
}

func checked(r *diff.Report, conditions []diff.Condition) []failOnJSON {
	out := []failOnJSON{}
	for _, c := range conditions {
		holds, what, matched := c.Check(r)
		out = append(out, failOnJSON{c.String(), holds, what, matched})
	}
	return out
}

// failOn is an error if a condition holds.
func failOn(a *app, r *diff.Report, conditions []diff.Condition) error {
	var hit []string
	for _, c := range conditions {
		holds, what, matched := c.Check(r)
		if matched == 0 && !a.quiet {
			fmt.Fprintf(a.err, "warning: --fail-on %s: nothing of that name in either dump\n", c)
		}
		if holds {
			hit = append(hit, fmt.Sprintf("%s (%s)", c, what))
		}
	}
	if len(hit) == 0 {
		return nil
	}
	return failOnError{fmt.Errorf("--fail-on: %s", strings.Join(hit, "; "))}
}

func printDiff(a *app, c *comparison, n int) {
	printDiffRows(a, "TYPE", c.report.Types, n, nil)
	printDiffTotal(a, c.report.Total)
	if c.added != nil {
		fmt.Fprintf(a.out, "%s objects are new, %s\n", view.Count(c.added.Objects), view.Bytes(c.added.Bytes))
	}
	if rows := changed(c.report.Sites); len(rows) > 0 {
		fmt.Fprintln(a.out)
		printDiffRows(a, "ALLOCATION SITE", c.report.Sites, n, nil)
	}
	if rows := changed(c.report.Suspects); len(rows) > 0 {
		fmt.Fprintln(a.out)
		printDiffRows(a, "SUSPECT", rows, 0, c.reasons)
	}
}

func changed(rows []diff.Row) (out []diff.Row) {
	for _, r := range rows {
		if r.Old != r.New {
			out = append(out, r)
		}
	}
	return out
}

func printDiffRows(a *app, what string, all []diff.Row, n int, reasons map[string]string) {
	rows := changed(all)
	shown := rows
	if n > 0 {
		shown = rows[:min(n, len(rows))]
	}
	fmt.Fprintf(a.out, "%13s  %13s  %11s  %10s  %s\n", "OBJECTS", "NOW", "BYTES", "NOW", what)
	for _, r := range shown {
		objects, bytes, _ := r.Grown()
		name := r.Name
		if reason := reasons[r.Name]; reason != "" {
			name += "  " + reason
		}
		fmt.Fprintf(a.out, "%13s  %13s  %11s  %10s  %s\n", moreCount(objects), view.Count(r.New.Count), moreBytes(bytes), view.Bytes(r.New.Bytes), a.name(name))
	}
	if rest := len(rows) - len(shown); rest > 0 {
		fmt.Fprintf(a.out, "%13s  %s more changed (-n)\n", "", view.Count(rest))
	}
}

func printDiffTotal(a *app, r diff.Row) {
	objects, bytes, _ := r.Grown()
	fmt.Fprintf(a.out, "%13s  %13s  %11s  %10s  %s\n", moreCount(objects), view.Count(r.New.Count), moreBytes(bytes), view.Bytes(r.New.Bytes), r.Name)
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
