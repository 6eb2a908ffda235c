package sites

import "testing"

// Sums, filters and growth keep saying that figures are samples, and equal
// tracebacks are one.
func TestMergeAndGrowth(t *testing.T) {
	f := func(file string, line int) []Frame { return []Frame{{File: file, Line: line}, {File: "main", Line: 1}} }
	old := &Snapshot{Sampled: true, Traces: []Trace{{Size: 10, Count: 1, Frames: f("a", 1)}, {Size: 5, Count: 1, Frames: f("a", 1)}, {Size: 9}, {Size: 7, Count: 1, Frames: f("b", 2)}}}
	old.Merge()
	if len(old.Traces) != 2 || old.Traces[0].Size != 15 || old.Traces[0].Count != 2 {
		t.Fatalf("%+v", old.Traces)
	}
	now := &Snapshot{Traces: []Trace{{Size: 40, Count: 4, Frames: f("b", 2)}, {Size: 1, Count: 1, Frames: f("c", 3)}}}
	g := Compare(old, now, ByLine, false)
	if len(g) != 3 || g[0].NewSize-g[0].OldSize != 33 || g[1].NewSize != 0 || g[1].OldSize != 15 || g[2].OldCount != 0 {
		t.Errorf("growth %+v", g)
	}
	only, err := ParseFilter("a:1", false, false)
	if err != nil {
		t.Fatal(err)
	}
	if kept := old.Filter([]Filter{only}); !kept.Sampled || len(kept.Traces) != 1 || kept.Traces[0].Frames[0].File != "a" {
		t.Errorf("filtered %+v", kept)
	}
	if _, err := ParseFilter(":3", false, false); err == nil {
		t.Error("a filter without a file")
	}
}
