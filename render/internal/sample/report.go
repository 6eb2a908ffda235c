package sample

import (
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/report"
	"github.com/refgraph/refgraph/render/view"
)

// Report is a report with every section, hostile names and n types.
func Report(n int) *report.Report {
	r := &report.Report{
		Title: "Heap of leak.heapdump", Made: time.Date(2026, 11, 22, 5, 38, 0, 0, time.UTC), Tool: "refgraph test", Runtime: graph.RuntimeGo,
		Facts:          []graph.Fact{{Name: "Format", Value: "Go heap dump"}, {Name: "Runtime", Value: "go1.26.8"}, {Name: "Objects", Value: "1,234,567"}, {Name: "Hostile", Value: Hostile[1]}},
		Summary:        []string{"*main.Cache retains 61.0 MiB, 93 % of the reachable heap, through 99,999 *main.Session.", "10 goroutines wait for a channel."},
		ReachableBytes: 65 << 20, ReachableObjects: 1234567,
		Against: "older.heapdump", MoreTypes: 12,
		Suspects: []report.Suspect{
			{Title: "*main.Cache holds 93 % of the heap", Detector: "accumulation point", Reason: "99,999 *main.Session hang on one map.", Object: "0xc000012040", Type: "*main.Cache", Retained: 61 << 20, Share: 0.93, View: Sessions()},
			{Title: "dict holds 4,993 app.models.User", Detector: "many equal instances", Retained: 5 << 20, Share: 0.08, View: Siblings(500)},
		},
		Pictures: []report.Picture{{Title: "Cycle through Listener", View: Mixed()}},
		Warnings: []report.Warning{{Where: "offset 1024", What: "a record was cut short", Effect: "7 objects have no type"}},
		Methods:  []report.Method{{Figure: "Types", How: "From the executable's DWARF."}},
	}
	for i := range n {
		name := "pkg/" + string(rune('a'+i%26)) + ".Type" + view.Count(i)
		r.Types = append(r.Types, report.Type{Name: name, Count: n - i, Shallow: uint64(64 * (i*7919%n + 1)), Retained: uint64(1024 * (n - i)), Sized: true})
		r.Changes = append(r.Changes, report.Change{Name: name, OldCount: i, NewCount: n - i, OldBytes: uint64(64 * i), NewBytes: uint64(64 * (n - i))})
	}
	for i := range 12 {
		b := view.Block{Name: "*main.Cache", Note: "0xc000012040", Retained: uint64(20<<20) / uint64(i+1), Count: 1}
		for j := range 8 {
			b.Children = append(b.Children, view.Block{Name: "main.Part", Retained: b.Retained / uint64(10*(j+1)), Children: []view.Block{{Name: Hostile[1], Retained: b.Retained / 200}}})
		}
		r.Dominators = append(r.Dominators, b)
	}
	return r
}
