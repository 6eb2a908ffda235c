package ask_test

import (
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/lang"
)

// heap is a session of a heap drawn as text.
func heap(t *testing.T, picture string) (*graphtest.Picture, *ask.Session) {
	t.Helper()
	p := graphtest.Parse(t, picture)
	s, err := ask.Of(t.Context(), &dump.Dump{Graph: p.Graph}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return p, s
}

// small has two sessions that hold a user each, of which one is garbage, and a
// cycle behind a holder.
const small = `@main.cache>c c.a>s1 c.b>s2 s1.u>u1 s2.u>u2 dead>s3 c.h>h h.x>x x.to>y y.to>x
	c=Cache/100 s1=Session/10 s2=Session/10 s3=Session/10 u1=User/5 u2=User/7 h=Holder/1 x=X/2 y=Y/3`

// TestFigures compares the figures of answers with those counted by hand.
func TestFigures(t *testing.T) {
	p, s := heap(t, small)
	ctx := t.Context()
	paths, err := s.Paths(ctx, ask.PathsQuestion{Type: "Session"})
	if err != nil {
		t.Fatal(err)
	}
	if want := (ask.Target{Type: "Session", Count: 2, Dead: 1, ShallowBytes: 20, RetainedBytes: 32}); paths.Target != want {
		t.Errorf("target %+v, want %+v", paths.Target, want)
	}
	if pic := paths.Picture; pic.Alive != 2 || pic.Dead != 1 || pic.Roots != 1 || len(paths.Holders) != 1 || paths.Holders[0].Reaches != 2 || paths.Holders[0].Sole != 2 {
		t.Errorf("alive %d, dead %d, %d roots, holders %+v", pic.Alive, pic.Dead, pic.Roots, paths.Holders)
	}
	info, err := s.Info(ctx, ask.InfoQuestion{})
	if err != nil || info.Objects != 10 || info.ReachableObjects != 8 || info.ShallowBytes != 149 || info.ReachableBytes != 138 || info.References != 9 {
		t.Errorf("info %+v %v", info, err)
	}
	o, err := s.Object(ctx, ask.ObjectQuestion{Object: lang.Of(p.Graph).ID(p.ID("x")), Number: 1})
	if err != nil || o.ShallowBytes != 2 || o.RetainedBytes != 5 || o.ReferrerCount != 2 || len(o.Referrers) != 1 || len(o.Path.Steps) != 3 {
		t.Errorf("object %+v %v", o, err)
	}
	d, err := s.Dominators(ctx, ask.DominatorsQuestion{})
	if err != nil || len(d.Nodes) != 1 || d.Nodes[0].ShallowBytes != 100 || d.Nodes[0].RetainedBytes != 138 {
		t.Errorf("dominators %+v %v", d, err)
	}
	refs, err := s.Refs(ctx, ask.AroundQuestion{Type: "X"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range refs.Picture.Arrows {
		if a.Cycle {
			t.Errorf("%+v is no reference to itself", a)
		}
	}
}

// TestCycleIsDrawnFromItsEntry sees that a cycle hangs on the object of it that is
// nearest to the root.
func TestCycleIsDrawnFromItsEntry(t *testing.T) {
	_, s := heap(t, `@main.cache>h h.x>z z.to>a a.to>b b.to>z a=A/1 b=B/1 z=Z/1 h=Holder/1`)
	c, err := s.Cycles(t.Context(), ask.CyclesQuestion{Show: 1, Rounds: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range c.Picture.Boxes {
		if (b.Kind == ask.TargetBox) != (b.Head == "Z") {
			t.Errorf("%s is of kind %d", b.Head, b.Kind)
		}
	}
	if g := c.Cycles[0]; g.Objects != 3 || g.CycleLength != 3 || len(g.Cycle) != 3 || g.Cycle[0].Reference.Name != ".to" || !g.Reachable {
		t.Errorf("cycle %+v", g)
	}
}

func TestDiffFigures(t *testing.T) {
	_, old := heap(t, `root>a a=T/10`)
	_, now := heap(t, `root>a a.n>b b.n>c a=T/10 b=T/10 c=T/20`)
	d, err := now.Diff(t.Context(), old, ask.DiffQuestion{})
	if err != nil {
		t.Fatal(err)
	}
	if want := (ask.DiffRow{Name: "T", OldCount: 1, NewCount: 3, OldBytes: 10, NewBytes: 40, OldRetained: 10, NewRetained: 40}); len(d.Types) != 1 || d.Types[0] != want {
		t.Errorf("types %+v, want %+v", d.Types, want)
	}
}
