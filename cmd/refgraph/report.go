package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/diff"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/suspect"
	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/report"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// reportFlags are the flags of report.
type reportFlags struct {
	output, against string
	types           []string
}

func newReport(a *app) *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report DUMP [-o report.html]",
		Short: "One self-contained HTML file for a ticket",
		Long: `report puts what the other commands say into one HTML file: what the dump is, the
leak suspects with their pictures, the histogram, a map of the dominator tree,
what grew since an older dump, warnings, and how each figure was computed. The
file needs no network and no scripts, and holds no heap contents unless --values
is given.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runReport(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVarP(&f.output, "output", "o", "report.html", "file to write, - for standard output")
	c.Flags().StringVar(&f.against, "against", "", "an older dump of the same program: says what grew")
	c.Flags().StringArrayVar(&f.types, "type", nil, "add a picture of why objects of this type are alive (repeatable)")
	return c
}

func runReport(ctx context.Context, a *app, path string, f reportFlags) error {
	if err := writable(f.output); err != nil {
		return err
	}
	h, done, err := a.openHeap(ctx, path, f.against)
	if err != nil {
		return err
	}
	defer done()
	page, err := makeReport(ctx, a, h, f)
	if err != nil {
		return err
	}
	if f.output == "-" {
		_, err := a.out.Write(page)
		return err
	}
	if err := a.writeFile(f.output, page); err != nil {
		return err
	}
	a.wrote(f.output)
	return nil
}

// makeReport is the report as a page.
func makeReport(ctx context.Context, a *app, h *suspect.Heap, f reportFlags) ([]byte, error) {
	r := &report.Report{
		Title: "Heap of " + h.Graph.Info().Name, Made: time.Now(), Tool: "refgraph " + version(),
		Runtime: h.Graph.Info().Runtime, Values: a.values,
	}
	for _, part := range []func(context.Context, *app, *suspect.Heap, reportFlags, *report.Report) error{
		reportGrowth, reportFacts, reportSuspects, reportTypes, reportPictures, reportDominators,
	} {
		if err := part(ctx, a, h, f, r); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err := report.Write(ctx, &b, r, &draw.Options{Options: view.Options{Redact: a.hide}, Child: a.self})
	return b.Bytes(), err
}

// reportFacts says what the dump is, as info does.
func reportFacts(ctx context.Context, _ *app, h *suspect.Heap, _ reportFlags, r *report.Report) error {
	i, err := describe(ctx, h.Graph)
	if err != nil {
		return err
	}
	r.ReachableBytes, r.ReachableObjects = i.ReachableBytes, i.ReachableObjects
	fact := func(name, format string, args ...any) {
		r.Facts = append(r.Facts, graph.Fact{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	fact("format", "%s", i.Format)
	fact("runtime", "%s %s", i.Runtime, i.RuntimeVersion)
	if i.Taken != "" {
		fact("taken", "%s", i.Taken)
	}
	fact("objects", "%s, %s", view.Count(i.Objects), view.Bytes(i.ShallowBytes))
	fact("reachable", "%s, %s", view.Count(i.ReachableObjects), view.Bytes(i.ReachableBytes))
	fact("references", "%s", view.Count(int(i.References)))
	fact("typed", "%s of the reachable bytes", view.Percent(view.Share(i.TypedBytes, i.ReachableBytes)))
	for _, n := range i.Roots {
		fact("roots", "%s %s", view.Count(n.Count), n.Kind)
	}
	for _, n := range i.Facts {
		fact(n.Name, "%s", n.Value)
	}
	for _, w := range i.Warnings {
		where := ""
		if w.Offset >= 0 {
			where = fmt.Sprintf("offset %d", w.Offset)
		}
		r.Warnings = append(r.Warnings, report.Warning{Where: where, What: w.What, Effect: w.Effect})
	}
	return nil
}

// reportSuspects finds the leak suspects and draws each.
func reportSuspects(ctx context.Context, a *app, h *suspect.Heap, _ reportFlags, r *report.Report) error {
	list, err := suspect.Find(ctx, h)
	if err != nil {
		return err
	}
	for i := range list {
		s := &list[i]
		v, err := view.SuspectView(ctx, h, s, a.values)
		if err != nil {
			return err
		}
		r.Suspects = append(r.Suspects, report.Suspect{
			Title: s.Reason, Detector: s.Detector, Reason: "Usual fix: " + s.Hint, Object: address(h.Graph, s.Object),
			Type: s.Type, Retained: s.Retained, Share: s.Share, View: v,
		})
		if i < 3 {
			r.Summary = append(r.Summary, fmt.Sprintf("%s: %s retained, %s of the reachable heap.", s.Reason, view.Bytes(s.Retained), view.Percent(s.Share)))
		}
	}
	if len(list) == 0 {
		r.Summary = append(r.Summary, "No leak suspects.")
	}
	return nil
}

// reportTypes is the histogram with retained sizes.
func reportTypes(ctx context.Context, _ *app, h *suspect.Heap, _ reportFlags, r *report.Report) error {
	hist, err := histogram.CountRetained(ctx, h.Tree, h.Tree.Reachable)
	if err != nil {
		return err
	}
	for _, row := range hist.Top(histogram.ByRetained, 0) {
		r.Types = append(r.Types, report.Type{Name: row.Name, Count: row.Count, Shallow: row.Shallow, Retained: row.Retained, Sized: true})
	}
	return nil
}

// reportPictures draws why the types that were asked for are alive.
func reportPictures(ctx context.Context, a *app, h *suspect.Heap, f reportFlags, r *report.Report) error {
	for _, typ := range f.types {
		targets, name, err := pickType(h.Graph, typ)
		if err != nil {
			return err
		}
		w, err := why(ctx, a, h.Graph, targets)
		if err != nil {
			return err
		}
		r.Pictures = append(r.Pictures, report.Picture{Title: "Why " + name + " is alive", View: view.PathView(w.input(name, a.values, 0))})
	}
	return nil
}

// reportBlocks is how many rectangles the map of the dominator tree has.
const reportBlocks = 300

func reportDominators(ctx context.Context, a *app, h *suspect.Heap, _ reportFlags, r *report.Report) error {
	top, err := h.Tree.Branches(ctx, graph.None, &dominator.BranchOptions{ByType: true, Raw: a.raw, Siblings: 12, Nodes: reportBlocks})
	if err != nil {
		return err
	}
	for _, c := range top.Children {
		r.Dominators = append(r.Dominators, block(h.Graph, c))
	}
	return nil
}

func block(g *graph.Graph, b *dominator.Branch) view.Block {
	out := view.Block{ID: "b-" + address(g, b.Node), Name: g.TypeName(b.Node), Note: address(g, b.Node), Retained: b.Retained, Count: b.Count}
	for _, c := range b.Children {
		out.Children = append(out.Children, block(g, c))
	}
	return out
}

// reportGrowth compares with the older dump.
func reportGrowth(ctx context.Context, _ *app, h *suspect.Heap, _ reportFlags, r *report.Report) error {
	if h.Older == nil {
		return nil
	}
	changes, err := diff.Compare(ctx, h.Older.Tree, h.Tree)
	if err != nil {
		return err
	}
	r.Against = h.Older.Graph.Info().Name
	for _, row := range changes.Types {
		r.Changes = append(r.Changes, report.Change{Name: row.Name, OldCount: row.Old.Count, NewCount: row.New.Count, OldBytes: row.Old.Bytes, NewBytes: row.New.Bytes})
	}
	return nil
}
