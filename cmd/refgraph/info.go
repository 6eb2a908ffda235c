package main

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/retain"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

func newInfo(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "info DUMP",
		Short: "What is this dump: format, runtime, objects, roots, how much is typed, warnings",
		Args:  oneDump,
		RunE:  func(c *cobra.Command, args []string) error { return runInfo(c.Context(), a, args[0]) },
	}
}

// infoJSON is the contract of `info --json`.
type infoJSON struct {
	Format           string        `json:"format"`
	Runtime          string        `json:"runtime"`
	RuntimeVersion   string        `json:"runtime_version"`
	Taken            string        `json:"taken,omitempty"`
	Objects          int           `json:"objects"`
	References       int64         `json:"references"`
	ShallowBytes     uint64        `json:"shallow_bytes"`
	ReachableObjects int           `json:"reachable_objects"`
	ReachableBytes   uint64        `json:"reachable_bytes"`
	TypedBytes       uint64        `json:"typed_bytes"`
	ExactBytes       uint64        `json:"exact_bytes"`
	Roots            []rootsJSON   `json:"roots"`
	Facts            []factJSON    `json:"facts"`
	Warnings         []warningJSON `json:"warnings"`
}

type rootsJSON struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

type factJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type warningJSON struct {
	Offset  int64  `json:"offset"`
	What    string `json:"what"`
	Effect  string `json:"effect,omitempty"`
	Omitted int    `json:"omitted,omitempty"`
}

func runInfo(ctx context.Context, a *app, path string) error {
	quiet := *a
	quiet.quiet = true // the warnings are part of the answer here
	d, err := quiet.open(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	info, err := describe(ctx, d.Graph)
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(a.out, info)
	}
	printInfo(a, info)
	return nil
}

// describe counts what info shows.
func describe(ctx context.Context, g *graph.Graph) (*infoJSON, error) {
	tree, err := retain.Search(ctx, g)
	if err != nil {
		return nil, err
	}
	all, err := histogram.Count(ctx, g, nil)
	if err != nil {
		return nil, err
	}
	live, err := histogram.Count(ctx, g, tree.Reachable)
	if err != nil {
		return nil, err
	}
	exact, err := histogram.Count(ctx, g, func(n graph.NodeID) bool {
		return g.TypeSource(n) == graph.TypeExact && tree.Reachable(n)
	})
	if err != nil {
		return nil, err
	}
	meta := g.Info()
	out := &infoJSON{
		Format: meta.Format, Runtime: string(meta.Runtime), RuntimeVersion: meta.RuntimeVersion,
		Objects: g.Len(), References: g.Refs(), ShallowBytes: all.Bytes,
		ReachableObjects: live.Objects, ReachableBytes: live.Bytes, TypedBytes: live.Typed, ExactBytes: exact.Bytes,
		Roots: []rootsJSON{}, Facts: []factJSON{}, Warnings: []warningJSON{},
	}
	if !meta.Taken.IsZero() {
		out.Taken = meta.Taken.UTC().Format("2006-01-02T15:04:05Z")
	}
	for _, f := range meta.Facts {
		out.Facts = append(out.Facts, factJSON(f))
	}
	for _, w := range g.Warnings() {
		out.Warnings = append(out.Warnings, warningJSON{w.Offset, w.What, w.Effect, w.Omitted})
	}
	out.Roots = countRoots(g)
	return out, nil
}

// countRoots counts the roots of each kind, in the order of the kinds.
func countRoots(g *graph.Graph) []rootsJSON {
	counts := map[graph.RootKind]int{}
	for _, r := range g.Roots() {
		counts[r.Kind]++
	}
	out := []rootsJSON{}
	for k := graph.RootGlobal; k <= graph.RootUnknown; k++ {
		if counts[k] > 0 {
			out = append(out, rootsJSON{k.String(), counts[k]})
		}
	}
	return out
}

func printInfo(a *app, i *infoJSON) {
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
