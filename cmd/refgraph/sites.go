package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/dump/goheap"
	"github.com/refgraph/refgraph/graph/dump/python"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// sitesFlags are the flags of sites.
type sitesFlags struct {
	by         string
	cumulative bool
	include    []string
	exclude    []string
	allFrames  bool
	against    string
	n          int
}

func newSites(a *app) *cobra.Command {
	var f sitesFlags
	c := &cobra.Command{
		Use:   "sites FILE",
		Short: "Allocation sites by bytes, where the dump has them",
		Long: `sites says where the live memory was allocated. FILE is a snapshot of Python's
tracemalloc (Snapshot.dump), a Python heap dump of a program in which
tracemalloc was on, or a Go heap dump of a program with a memory profile (those
that link net/http/pprof), which counts sampled objects only. --against compares with an older one.

Filters are those of tracemalloc: --include and --exclude take a file pattern
(* ? [seq]) and, after a colon, a line; they look at the innermost frame, or at
all with --all-frames.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runSites(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVar(&f.by, "by", "lineno", "group by lineno, filename or traceback")
	c.Flags().BoolVar(&f.cumulative, "cumulative", false, "count for a line or file all that was allocated below it")
	c.Flags().StringArrayVar(&f.include, "include", nil, "only sites of these files (pattern, or pattern:line)")
	c.Flags().StringArrayVar(&f.exclude, "exclude", nil, "no sites of these files (pattern, or pattern:line)")
	c.Flags().BoolVar(&f.allFrames, "all-frames", false, "filters look at all frames of a traceback")
	c.Flags().StringVar(&f.against, "against", "", "an older snapshot or dump: show what grew since")
	c.Flags().IntVarP(&f.n, "number", "n", 20, "how many sites; 0 for all")
	return c
}

// sitesJSON is the contract of `sites --json`.
type sitesJSON struct {
	Sites      []siteJSON `json:"sites"`
	TotalBytes int64      `json:"total_bytes"`
	TotalCount int64      `json:"total_count"`
}

type siteJSON struct {
	Traceback []frameJSON `json:"traceback"` // innermost first
	Bytes     int64       `json:"bytes"`
	Count     int64       `json:"count"`
	OldBytes  *int64      `json:"old_bytes,omitempty"` // with --against
	OldCount  *int64      `json:"old_count,omitempty"`
}

type frameJSON struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

func runSites(ctx context.Context, a *app, path string, f sitesFlags) error {
	by := python.Group(f.by)
	if by != python.ByLine && by != python.ByFile && by != python.ByTraceback {
		return usageError{fmt.Errorf("--by %s: not one of lineno, filename, traceback", f.by)}
	}
	filters, err := f.filters()
	if err != nil {
		return usageError{err}
	}
	now, err := a.openSites(ctx, path, filters)
	if err != nil {
		return err
	}
	if f.against == "" {
		return printSites(a, now.Statistics(by, f.cumulative), now, f.n)
	}
	old, err := a.openSites(ctx, f.against, filters)
	if err != nil {
		return err
	}
	return printSiteGrowth(a, python.Compare(old, now, by, f.cumulative), now, f.n)
}

func (f *sitesFlags) filters() (list []python.Filter, err error) {
	for _, x := range []struct {
		patterns []string
		exclude  bool
	}{{f.include, false}, {f.exclude, true}} {
		for _, p := range x.patterns {
			filter, err := python.ParseFilter(p, x.exclude, f.allFrames)
			if err != nil {
				return nil, err
			}
			list = append(list, filter)
		}
	}
	return list, nil
}

func (a *app) openSites(ctx context.Context, path string, filters []python.Filter) (*python.Snapshot, error) {
	bar := a.progress()
	s, err := dump.Sites(ctx, path, a.options(bar))
	bar.clear()
	if errors.Is(err, python.ErrNoSites) {
		return nil, hintError{fmt.Errorf("%s: %w", path, err), "start the program with python -X tracemalloc, or call tracemalloc.start() in it"}
	}
	if errors.Is(err, goheap.ErrNoSites) {
		return nil, hintError{fmt.Errorf("%s: %w", path, err), "refgraph top and refgraph suspects need none"}
	}
	if err != nil {
		return nil, err
	}
	return s.Filter(filters), nil
}

func totals(s *python.Snapshot) (bytes, count int64) {
	for _, t := range s.Traces {
		bytes += t.Size
		count += t.Count
	}
	return bytes, count
}

func limit[T any](list []T, n int) []T {
	if n > 0 && n < len(list) {
		return list[:n]
	}
	return list
}

func printSites(a *app, all []python.Statistic, s *python.Snapshot, n int) error {
	bytes, count := totals(s)
	if a.json {
		out := sitesJSON{Sites: []siteJSON{}, TotalBytes: bytes, TotalCount: count}
		for _, x := range limit(all, n) {
			out.Sites = append(out.Sites, siteJSON{Traceback: newFramesJSON(x.Frames), Bytes: x.Size, Count: x.Count})
		}
		return a.writeJSON(a.out, out)
	}
	fmt.Fprintf(a.out, "%10s  %13s  %7s  SITE\n", "BYTES", "COUNT", "SHARE")
	for _, x := range limit(all, n) {
		share := view.Percent(view.Share(uint64(max(0, x.Size)), uint64(max(1, bytes))))
		fmt.Fprintf(a.out, "%10s  %13s  %7s  %s\n", siteBytes(x.Size), view.Count(int(x.Count)), share, siteText(x.Frames, 36))
	}
	fmt.Fprintf(a.out, "%10s  %13s           all %s sites%s\n", siteBytes(bytes), view.Count(int(count)), view.Count(len(all)), notShown(len(all), n))
	return nil
}

func printSiteGrowth(a *app, all []python.Growth, s *python.Snapshot, n int) error {
	bytes, count := totals(s)
	if a.json {
		out := sitesJSON{Sites: []siteJSON{}, TotalBytes: bytes, TotalCount: count}
		for _, x := range limit(all, n) {
			out.Sites = append(out.Sites, siteJSON{Traceback: newFramesJSON(x.Frames), Bytes: x.NewSize, Count: x.NewCount, OldBytes: &x.OldSize, OldCount: &x.OldCount})
		}
		return a.writeJSON(a.out, out)
	}
	fmt.Fprintf(a.out, "%11s  %10s  %11s  %10s  SITE\n", "GROWTH", "BYTES", "GROWTH", "COUNT")
	for _, x := range limit(all, n) {
		fmt.Fprintf(a.out, "%11s  %10s  %11s  %10s  %s\n", signed(x.NewSize-x.OldSize, siteBytes), siteBytes(x.NewSize),
			signed(x.NewCount-x.OldCount, siteCount), view.Count(int(x.NewCount)), siteText(x.Frames, 50))
	}
	fmt.Fprintf(a.out, "%11s  %10s  %11s  %10s  all %s sites%s\n", "", siteBytes(bytes), "", view.Count(int(count)), view.Count(len(all)), notShown(len(all), n))
	return nil
}

func siteBytes(n int64) string { return view.Bytes(uint64(max(0, n))) }
func siteCount(n int64) string { return view.Count(int(n)) }

func signed(n int64, text func(int64) string) string {
	if n < 0 {
		return "-" + text(-n)
	}
	return "+" + text(n)
}

func notShown(all, n int) string {
	if n <= 0 || all <= n {
		return ""
	}
	return fmt.Sprintf(", %s not shown (-n)", view.Count(all-n))
}

// siteText writes a traceback, its frames below each other.
func siteText(frames []python.Frame, indent int) string {
	lines := make([]string, len(frames))
	for i, f := range frames {
		lines[i] = f.String()
		if f.Line == 0 {
			lines[i] = f.File
		}
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent)+"from ")
}

func newFramesJSON(frames []python.Frame) []frameJSON {
	out := make([]frameJSON, len(frames))
	for i, f := range frames {
		out[i] = frameJSON{f.File, f.Line}
	}
	return out
}
