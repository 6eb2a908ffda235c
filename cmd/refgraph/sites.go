package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
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

func runSites(ctx context.Context, a *app, path string, f sitesFlags) error {
	bar := a.progress()
	found, err := ask.Sites(ctx, path, ask.SitesQuestion{
		By: f.by, Cumulative: f.cumulative, Include: f.include, Exclude: f.exclude, AllFrames: f.allFrames, Older: f.against, Number: f.n}, a.options(bar))
	bar.clear()
	switch {
	case err != nil:
		return err
	case a.json:
		return a.writeJSON(a.out, found)
	case f.against != "":
		printSiteGrowth(a, found)
	default:
		printSites(a, found)
	}
	if found.Sampled {
		part := "a small part of the heap"
		if found.HeapBytes > 0 {
			part = fmt.Sprintf("%s of the heap's %s", siteBytes(found.TotalBytes), view.Bytes(found.HeapBytes))
		}
		fmt.Fprintf(a.out, "these are samples: bytes and counts are those of the objects that the memory profile has recorded, %s;\n", part)
		fmt.Fprintln(a.out, "compare the sites with each other, not with the heap (refgraph top has all objects)")
	}
	if f.by != "traceback" && !found.Sampled {
		a.next(path, []string{"sites", "--by", "traceback"})
	}
	return nil
}

func printSites(a *app, s *ask.SitesAnswer) {
	fmt.Fprintf(a.out, "%10s  %13s  %7s  SITE\n", "BYTES", "COUNT", "SHARE")
	for _, x := range s.Sites {
		share := view.Percent(view.Share(uint64(max(0, x.Bytes)), uint64(max(1, s.TotalBytes))))
		fmt.Fprintf(a.out, "%10s  %13s  %7s  %s\n", siteBytes(x.Bytes), view.Count(int(x.Count)), share, siteText(a, x.Traceback, 36))
	}
	fmt.Fprintf(a.out, "%10s  %13s           all %s sites%s\n", siteBytes(s.TotalBytes), siteCount(s.TotalCount), view.Count(s.AllSites), notShown(s))
}

func printSiteGrowth(a *app, s *ask.SitesAnswer) {
	fmt.Fprintf(a.out, "%11s  %10s  %11s  %10s  SITE\n", "GROWTH", "BYTES", "GROWTH", "COUNT")
	for _, x := range s.Sites {
		fmt.Fprintf(a.out, "%11s  %10s  %11s  %10s  %s\n", signed(x.Bytes-*x.OldBytes, siteBytes), siteBytes(x.Bytes),
			signed(x.Count-*x.OldCount, siteCount), siteCount(x.Count), siteText(a, x.Traceback, 50))
	}
	fmt.Fprintf(a.out, "%11s  %10s  %11s  %10s  all %s sites%s\n", "", siteBytes(s.TotalBytes), "", siteCount(s.TotalCount), view.Count(s.AllSites), notShown(s))
}

func siteBytes(n int64) string { return view.Bytes(uint64(max(0, n))) }
func siteCount(n int64) string { return view.Count(int(n)) }

func signed(n int64, text func(int64) string) string {
	if n < 0 {
		return "-" + text(-n)
	}
	return "+" + text(n)
}

func notShown(s *ask.SitesAnswer) string {
	if rest := s.AllSites - len(s.Sites); rest > 0 {
		return fmt.Sprintf(", %s not shown (-n)", view.Count(rest))
	}
	return ""
}

// siteText writes a traceback, its frames below each other.
func siteText(a *app, frames []ask.Frame, indent int) string {
	lines := make([]string, len(frames))
	for i, f := range frames {
		lines[i] = a.name(f.File)
		if f.Line != 0 {
			lines[i] += fmt.Sprintf(":%d", f.Line)
		}
		if f.Func != "" {
			lines[i] += " " + a.name(f.Func)
		}
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent)+"from ")
}
