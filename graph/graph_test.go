package graph

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// build makes a graph whose rows are given, with addresses 16 bytes apart.
func build(t *testing.T, rows [][]NodeID) *Graph {
	t.Helper()
	b := NewBuilder(Info{}, NoLabels)
	x := NewAddressIndexer(3)
	x.AddRun(0x1000, 16, len(rows))
	ix, err := x.Build()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetAddresses(ix); err != nil {
		t.Fatal(err)
	}
	obj := b.Types().Intern("T")
	for n := range rows {
		b.SetNode(NodeID(n), obj, 16, int64(n))
	}
	err = b.BuildRows(t.Context(), 0, func(w *RowWriter, lo, hi NodeID) error {
		for ; lo < hi; lo++ {
			for _, to := range rows[lo] {
				w.Add(to, 0)
			}
			w.Next()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestInboundIsTheReverse(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n := 3*rowChunkLen + 17 // several chunks, the last one short
	rows := make([][]NodeID, n)
	want := make([][]NodeID, n)
	for i := range rows {
		for range rng.IntN(4) {
			to := NodeID(rng.IntN(n))
			rows[i] = append(rows[i], to)
			want[to] = append(want[to], NodeID(i))
		}
	}
	g := build(t, rows)
	in, err := g.Inbound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if !slices.Equal(g.Row(NodeID(i)), rows[i]) {
			t.Fatalf("row %d is %v, want %v", i, g.Row(NodeID(i)), rows[i])
		}
		if !slices.Equal(in.Row(NodeID(i)), want[i]) {
			t.Fatalf("inbound row %d is %v, want %v", i, in.Row(NodeID(i)), want[i])
		}
	}
	again, _ := g.Inbound(t.Context())
	if again != in {
		t.Error("the reverse rows were built twice")
	}
}

func TestInboundStopsWhenCancelled(t *testing.T) {
	g := build(t, make([][]NodeID, 10))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Inbound(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := g.Inbound(t.Context()); err != nil {
		t.Errorf("a cancelled build must not stay: %v", err)
	}
}

func TestKindsLabelsAndFlags(t *testing.T) {
	b := NewBuilder(Info{}, NameLabels)
	if err := b.SetCount(4); err != nil {
		t.Fatal(err)
	}
	ty := b.Types().Intern("T")
	for n := range NodeID(4) {
		b.SetNode(n, ty, 8, 0)
	}
	b.SetNode(3, ty, 5<<32, 3<<33)
	b.SetType(1, b.Types().Intern("U"), TypeInferred)
	b.SetInternal(1)
	a, weak := b.String(".a"), b.String(".weak")
	err := b.BuildRows(t.Context(), 1, func(w *RowWriter, lo, hi NodeID) error {
		w.Next()
		w.Add(0, uint32(a))
		w.AddKind(2, uint32(weak), Weak)
		w.AddKind(3, uint32(a), Conservative)
		w.Next()
		w.Next()
		w.Next()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.SetKind(1, 0, Pooled)
	b.SetKind(1, 2, Pooled)
	b.AddRoot(Root{Node: 2, Var: b.String("late"), Rank: RankRuntime})
	b.AddRoot(Root{Node: 3, Var: b.String("first")})
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	var buf []NodeID
	if got := g.Retained(1, &buf); !slices.Equal(got, []NodeID{0, 3}) {
		t.Errorf("object 1 retains %v, want 0 and 3", got)
	}
	if g.Plain(1) || !g.Plain(0) {
		t.Error("only object 1 has references that are not strong")
	}
	for i, want := range []RefKind{Pooled, Weak, Pooled} {
		if k := g.RefKind(1, i); k != want {
			t.Errorf("kind of reference %d is %v, want %v", i, k, want)
		}
	}
	if name := g.Detail().RefName(1, 1, false); name != ".weak" {
		t.Errorf("name is %q", name)
	}
	if g.TypeSource(1) != TypeInferred || !g.Internal(1) || g.TypeName(1) != "U" {
		t.Error("flags of object 1 are lost")
	}
	if g.Size(3) != 5<<32 || g.Record(3) != 3<<33 {
		t.Errorf("size %d record %d", g.Size(3), g.Record(3))
	}
	if g.String(g.Roots()[0].Var) != "first" {
		t.Error("roots are not in order of rank")
	}
}

func TestBuildRefusesARootOutsideTheGraph(t *testing.T) {
	b := NewBuilder(Info{}, NoLabels)
	if err := b.SetCount(1); err != nil {
		t.Fatal(err)
	}
	b.Types().Intern("T")
	b.AddRoot(Root{Node: 1})
	if _, err := b.Build(nil); err == nil {
		t.Error("no error")
	}
}

func TestBuildRefusesATypeOutsideTheTable(t *testing.T) {
	b := NewBuilder(Info{}, NoLabels)
	if err := b.SetCount(1); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Build(nil); err == nil {
		t.Error("no error")
	}
}

func TestTooManyObjects(t *testing.T) {
	b := NewBuilder(Info{}, NoLabels)
	if err := b.SetCount(MaxNodes + 1); !errors.Is(err, ErrTooManyObjects) {
		t.Errorf("got %v", err)
	}
}

func TestWarningsOfOneTextAreCounted(t *testing.T) {
	b := NewBuilder(Info{}, NoLabels)
	for i := range 100 {
		b.Warn(Warning{Offset: int64(i), What: "bad"})
	}
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	omitted := 0
	for _, w := range g.Warnings() {
		omitted += w.Omitted
	}
	if len(g.Warnings())+omitted != 100 {
		t.Errorf("%d warnings and %d omitted", len(g.Warnings()), omitted)
	}
}

// What roots lost in the dump held has a root again: whatever nothing refers to,
// and one object of each cycle.
func TestAddResidue(t *testing.T) {
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 4))
		n := 1 + rng.IntN(12)
		b := NewBuilder(Info{}, NoLabels)
		if err := b.SetCount(n); err != nil {
			t.Fatal(err)
		}
		typ := b.Types().Intern("T")
		held := make([]bool, n)
		if err := b.BuildRows(t.Context(), 1, func(w *RowWriter, lo, hi NodeID) error {
			for i := lo; i < hi; i++ {
				b.SetNode(i, typ, 16, 0)
				for range rng.IntN(3) {
					kind, to := RefKind(rng.IntN(3)), NodeID(rng.IntN(n))
					w.AddKind(to, 0, kind)
					held[to] = held[to] || kind.Retains() && to != i
				}
				w.Next()
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		first := NodeID(rng.IntN(n))
		b.AddRoot(Root{Node: first, Var: b.String("known")})
		reached := NewBitset(n)
		if err := b.AddResidue(t.Context(), "core", reached); err != nil {
			t.Fatal(err)
		}
		if reached.Len() != n || len(b.g.warnings) != min(1, len(b.g.roots)-1) {
			t.Fatalf("seed %d: %d of %d objects are reached, %d roots, warnings %v", seed, reached.Len(), n, len(b.g.roots), b.g.warnings)
		}
		rooted := map[NodeID]bool{}
		for _, r := range b.g.roots {
			rooted[r.Node] = true
		}
		for i := range NodeID(n) {
			if !held[i] && !rooted[i] {
				t.Fatalf("seed %d: nothing holds object %d, and it has no root", seed, i)
			}
		}
		for _, r := range b.g.roots { // none in vain
			others := Marking{Graph: b.g, Seen: NewBitset(n)}
			for _, o := range b.g.roots {
				if o.Node != r.Node {
					others.Visit(o.Node)
				}
			}
			if err := others.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r.Kind == RootResidue && !held[r.Node] && others.Seen.Has(r.Node) {
				t.Fatalf("seed %d: object %d needs no root", seed, r.Node)
			}
		}
	}
}
