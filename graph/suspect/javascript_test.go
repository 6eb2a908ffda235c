package suspect

import (
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// javascript makes the heap of a JavaScript program of a picture.
func javascript(t *testing.T, draw func(p *picture)) *Heap {
	t.Helper()
	p := &picture{}
	draw(p)
	g := withSpaces(t, graphtest.Parse(t, p.String()).Graph)
	g.Info().Runtime = graph.RuntimeJS
	h, err := NewHeap(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestDetachedOnce has a page whose map keeps nodes that are in no document, each in a
// list with its siblings: that is one suspect, and it is of the map, not of its table.
func TestDetachedOnce(t *testing.T) {
	h := javascript(t, func(p *picture) {
		ballast(p)
		p.add("@window>W W=Window/100 W.tooltips>T T=closure·attach·(page.js:5)/32 T._·_nodes>M M=Map/16 M>I I=(array)/16000!")
		for i := range 1200 {
			p.add(`I["k%d"]>R%d R%d=Detached·HTMLRow/900 R%d[1]>R%d`, i, i, i, i, (i+1)%1200)
		}
	})
	list := findAll(t, h)
	if len(list) != 1 || list[0].Detector != "detached" {
		t.Fatalf("%+v", list)
	}
	if s := list[0]; h.Graph.TypeName(s.Accumulation) != "Map" || s.Elements != 1200 {
		t.Errorf("%d elements in %s", s.Elements, h.Graph.TypeName(s.Accumulation))
	}
}

// TestVariableWords checks how a sentence begins with a closure's variable.
func TestVariableWords(t *testing.T) {
	for in, want := range map[string]string{" · log": "variable log", " (key)": "(key)", ".a[…]": ".a[…]", " · s.m": "variable s.m"} {
		if got := variable(in); got != want || strings.HasPrefix(got, " ") {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
