package ask_test

import (
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
)

// TestNeighboursAreMerged sees that neighbours of one type and field are one box
// with the exact count of references, that the dead come last and are marked, and
// that an object that two fields lead to is in one box.
func TestNeighboursAreMerged(t *testing.T) {
	_, s := heap(t, `@main.a>h1 @main.a>h2 @main.b>k h1.x>t1 h1.y>t1 h2.x>t2 k.x>t1 k.x>t3 d1.x>t2 d2.x>t3
		t1=T/1 t2=T/1 t3=T/1 h1=H/2 h2=H/2 k=K/3 d1=D/4 d2=D/4`)
	a, err := s.Backrefs(t.Context(), ask.AroundQuestion{Type: "T", Depth: 1})
	if err != nil {
		t.Fatal(err)
	}
	type arrow struct {
		from, label string
		count       int
	}
	got := map[arrow]bool{}
	for _, e := range a.Picture.Arrows {
		got[arrow{a.Picture.Boxes[e.From].Head + a.Picture.Boxes[e.From].Name, e.Label, e.Count}] = true
	}
	for _, want := range []arrow{{"H", ".x", 2}, {"H", ".y", 1}, {"K", ".x", 2}, {"D", ".x", 2}, {"globalmain.a", "", 2}, {"globalmain.b", "", 1}} {
		if !got[want] {
			t.Errorf("no %+v in %v", want, got)
		}
	}
	if len(got) != 6 || a.Count != 3 || a.Dead != 0 {
		t.Errorf("%d arrows, %d objects, %d dead: %v", len(got), a.Count, a.Dead, got)
	}
	var heads string
	for _, b := range a.Picture.Boxes {
		heads += b.Head[:1]
		if b.Count > 1 && b.Head == "D" && (b.Note == "" || b.Sized) {
			t.Errorf("the dead are not marked: %+v", b)
		}
	}
	if heads[:4] != "THKD" {
		t.Errorf("boxes in the order %s", heads)
	}
	r, err := s.Refs(t.Context(), ask.AroundQuestion{Type: "H"})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.Picture.Boxes); n != 2 || len(r.Picture.Arrows) != 2 {
		t.Errorf("%d boxes, arrows %+v", n, r.Picture.Arrows)
	}
}

// TestNeighboursThroughContainers sees that a reference through a container's
// inside counts once, also where insides refer to each other in a ring.
func TestNeighboursThroughContainers(t *testing.T) {
	_, s := heap(t, `@main.o>o o.m>g g.n>f f.n>g f.n>f g["a"]>t1 f["b"]>t2 f["c"]>t1 o=O/1 g=G/1! f=F/1! t1=T/1 t2=T/1`)
	for name, ask := range map[string]func() (*ask.AroundAnswer, error){
		"backrefs": func() (*ask.AroundAnswer, error) { return s.Backrefs(t.Context(), ask.AroundQuestion{Type: "T"}) },
		"refs":     func() (*ask.AroundAnswer, error) { return s.Refs(t.Context(), ask.AroundQuestion{Type: "O"}) },
	} {
		a, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		refs := 0
		for _, e := range a.Picture.Arrows {
			if from, to := a.Picture.Boxes[e.From], a.Picture.Boxes[e.To]; from.Head == "O" && to.Head == "T" {
				refs += e.Count
			}
		}
		if refs != 3 || len(a.Picture.Boxes) > 3 {
			t.Errorf("%s: %d references, %+v", name, refs, a.Picture.Arrows)
		}
	}
}
