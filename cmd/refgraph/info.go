package main

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

func newInfo(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "info DUMP",
		Short: "What is this dump: format, runtime, objects, roots, how much is typed, warnings",
		Long: `info says what a dump is: its format and runtime, when it was taken, how much is in
it and how much of that the roots reach, how much of the process's memory it
explains, how many objects have a type, and what could not be read.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runInfo(c.Context(), a, args[0]) },
	}
}

func runInfo(ctx context.Context, a *app, path string) error {
	quiet := *a
	quiet.quiet = true // the warnings are part of the answer here
	s, err := quiet.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	info, err := s.Info(ctx, ask.InfoQuestion{})
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(a.out, info)
	}
	printInfo(a, info)
	a.next(path, []string{"suspects"}, []string{"top"})
	return nil
}

func printInfo(a *app, i *ask.InfoAnswer) {
	width := 14
	for _, f := range i.Facts {
		width = max(width, len(f.Name))
	}
	line := func(name, format string, args ...any) {
		fmt.Fprintf(a.out, "%-*s %s\n", width, name, a.name(fmt.Sprintf(format, args...)))
	}
	line("format", "%s", i.Format)
	line("runtime", "%s %s", i.Runtime, i.RuntimeVersion)
	if i.Taken != "" {
		line("taken", "%s", i.Taken)
	}
	line("objects", "%s, %s", view.Count(i.Objects), view.Bytes(i.ShallowBytes))
	line("reachable", "%s, %s", view.Count(i.ReachableObjects), view.Bytes(i.ReachableBytes))
	line("unreachable", "%s, %s", view.Count(i.Objects-i.ReachableObjects), view.Bytes(i.ShallowBytes-i.ReachableBytes))
	for _, l := range view.Outside(i.Process) {
		line("memory", "%s", l)
	}
	line("references", "%s", view.Count(int(i.References)))
	line("typed", "%s of the reachable bytes: %s exactly, %s inferred",
		view.Percent(view.Share(i.TypedBytes, i.ReachableBytes)),
		view.Percent(view.Share(i.ExactBytes, i.ReachableBytes)),
		view.Percent(view.Share(i.TypedBytes-i.ExactBytes, i.ReachableBytes)))
	for _, r := range i.Roots {
		line("roots", "%s %s", view.Count(r.Count), r.Kind)
	}
	for _, f := range i.Facts {
		line(f.Name, "%s", f.Value)
	}
	for _, w := range i.Warnings {
		line("warning", "%s", warningText(graph.Warning{Offset: w.Offset, What: w.What, Effect: w.Effect, Omitted: w.Omitted}))
	}
}
