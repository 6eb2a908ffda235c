package suspect

import (
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// texts says that every string has one of a few texts.
type texts struct {
	graph.Detailer
	g        *graph.Graph
	distinct graph.NodeID
}

func (d texts) Value(n graph.NodeID) (uint64, bool) {
	return uint64(n % d.distinct), d.g.TypeName(n) == "(string)"
}

// guard is what a dump puts around a reader's.
type guard struct{ graph.Detailer }

func (g guard) Unwrap() graph.Detailer { return g.Detailer }

// TestDuplicates counts strings that repeat others, and finds none where they are
// different or few.
func TestDuplicates(t *testing.T) {
	for _, c := range []struct {
		strings, others int
		distinct        graph.NodeID
		want            string
	}{
		{3000, 100, 7, "2,993 strings repeat 7 others; most are in .note of Order"},
		{3000, 100, 1 << 30, ""},
		{3000, 4000, 7, ""}, // 300 of 4,300 kB
	} {
		p := &picture{}
		p.add("@app>A A=App/10")
		for i := range c.strings {
			p.add("A.o%d>o%d o%d=Order/1 o%d.note>s%d s%d=(string)/100", i, i, i, i, i, i)
		}
		for i := range c.others {
			p.add("A.x%d>x%d x%d=Other/1000", i, i, i)
		}
		g := graphtest.Parse(t, p.String()).Graph
		h, err := NewHeap(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		again, bytes, different := h.repeated(guard{guard{texts{g.Detail(), g, c.distinct}}})
		got := ""
		if s, ok := h.asDuplicates(again, bytes, different); ok {
			got = s.Reason
			if s.Retained != uint64(100*len(again)) || !s.Waste {
				t.Errorf("%d bytes of %d strings, waste: %v", s.Retained, len(again), s.Waste)
			}
		}
		if got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if _, ok := graph.DetailOf[graph.Equals](guard{nil}); ok {
		t.Error("nothing knows of values")
	}
}
