package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
)

// maxSummary is how many suspects are named at the top.
const maxSummary = 3

// Of is the report of an answer; Made and Tool are the caller's to fill in.
func Of(a *ask.ReportAnswer) *Report {
	dump := a.Types.Dump
	r := &Report{
		Title: "Heap of " + dump.Name, Runtime: graph.Runtime(dump.Runtime), Values: a.Values,
		ReachableBytes: a.Info.ReachableBytes, ReachableObjects: a.Info.ReachableObjects, Dominators: view.Blocks(a.Dominators.Nodes),
	}
	r.facts(a.Info)
	r.About = about(a.Info)
	if p := a.Info.Process; p != nil && p.MostlyOutside {
		r.Summary = view.Outside(p)
	}
	for i := range a.Suspects.Suspects {
		s := &a.Suspects.Suspects[i]
		one := Suspect{
			Title: view.UpperFirst(s.Reason), Detector: s.Detector, Verdict: view.UpperFirst(view.SuspectVerdict(s)), Reason: "Usual fix: " + s.Hint, Object: s.Object,
			Type: s.Type, Retained: s.RetainedBytes, Share: s.Share,
		}
		if known := view.KnownLeak(s); known != "" {
			one.Reason = view.UpperFirst(known) + ". " + one.Reason
		}
		if s.Picture != nil {
			one.View = view.Suspect(s)
		}
		r.Suspects = append(r.Suspects, one)
		if i == 0 {
			r.Verdict = one.Verdict
		}
		if i < maxSummary {
			r.Summary = append(r.Summary, summary(s))
		}
	}
	if len(r.Suspects) == 0 {
		r.Summary = append(r.Summary, "No leak suspects.")
	}
	for _, t := range a.Types.Types {
		r.Types = append(r.Types, Type{Name: t.Name, Count: t.Count, Shallow: t.ShallowBytes, Retained: *t.RetainedBytes, Sized: true})
	}
	for _, p := range a.Paths {
		r.Pictures = append(r.Pictures, Picture{Title: "Why " + p.Target.Type + " is alive", View: view.Paths(p)})
	}
	if a.Diff != nil {
		r.Against = a.Diff.Old.Name
		for _, row := range a.Diff.Types {
			r.Changes = append(r.Changes, Change{Name: row.Name, OldCount: row.OldCount, NewCount: row.NewCount, OldBytes: row.OldBytes, NewBytes: row.NewBytes})
		}
	}
	return r
}

// about says in one line what the dump is of.
func about(i *ask.InfoAnswer) string {
	var parts []string
	if t, err := time.Parse(time.RFC3339, i.Taken); err == nil {
		parts = append(parts, "taken "+t.UTC().Format("2006-01-02 15:04 UTC"))
	} else if i.Taken != "" {
		parts = append(parts, "taken "+i.Taken)
	}
	if i.RuntimeVersion != "" {
		parts = append(parts, i.RuntimeVersion)
	}
	parts = append(parts, fmt.Sprintf("%s reachable in %s objects", view.Bytes(i.ReachableBytes), view.Count(i.ReachableObjects)))
	return strings.Join(parts, " · ")
}

// summary is a suspect in one sentence.
func summary(s *ask.Suspect) string {
	return fmt.Sprintf("%s: %s retained, %s of the reachable heap.", view.UpperFirst(s.Reason), view.Bytes(s.RetainedBytes), view.Percent(s.Share))
}

// facts says what the dump is.
func (r *Report) facts(i *ask.InfoAnswer) {
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
	for _, l := range view.Outside(i.Process) {
		fact("memory", "%s", l)
	}
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
		r.Warnings = append(r.Warnings, Warning{Where: where, What: w.What, Effect: w.Effect})
	}
}
