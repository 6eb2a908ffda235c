package report

import (
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
)

// TestFigures checks that figures come into the report where they belong.
func TestFigures(t *testing.T) {
	retained := uint64(900)
	r := Of(&ask.ReportAnswer{
		Info: &ask.InfoAnswer{}, Suspects: &ask.SuspectsAnswer{}, Dominators: &ask.DominatorsAnswer{},
		Types: &ask.TopAnswer{Types: []ask.TopType{{Name: "main.T", Count: 3, ShallowBytes: 48, RetainedBytes: &retained}}},
	})
	if len(r.Types) != 1 || r.Types[0].Shallow != 48 || r.Types[0].Retained != 900 || r.Types[0].Count != 3 || !r.Types[0].Sized {
		t.Errorf("types: %+v", r.Types)
	}
	r.Changes = []Change{{Name: "more", OldCount: 2, NewCount: 7, OldBytes: 100, NewBytes: 800}, {Name: "less", OldCount: 5, NewCount: 1, OldBytes: 50, NewBytes: 10}, {Name: "same"}}
	var d data
	d.tables(r, limits{types: 20})
	if len(d.Changes) != 2 || d.Same != 1 || d.Changes[0].Count != 5 || d.Changes[0].Bytes != 700 || d.Changes[1].Count != -4 || d.Changes[1].Bytes != -40 {
		t.Errorf("changes: %+v, %d the same", d.Changes, d.Same)
	}
}
