package graph_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// joined is a graph's columns as a file has them.
func joined(t *testing.T, g *graph.Graph) map[string][]byte {
	t.Helper()
	c, err := g.Columns()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for name, parts := range c {
		b := make([]uint64, (len(bytes.Join(parts, nil))+7)/8) // aligned, as mapped memory is
		out[name] = append(graph.Pack(b)[:0], bytes.Join(parts, nil)...)
	}
	return out
}

func noNames(*graph.Graph) graph.Detailer { return nil }

func sameGraph(t *testing.T, a, b *graph.Graph) {
	t.Helper()
	if a.Len() != b.Len() || a.Refs() != b.Refs() || !reflect.DeepEqual(a.Info(), b.Info()) || !reflect.DeepEqual(a.Warnings(), b.Warnings()) {
		t.Fatalf("%d objects, %d references, %+v; want %d, %d, %+v", b.Len(), b.Refs(), b.Info(), a.Len(), a.Refs(), a.Info())
	}
	for n := range graph.NodeID(a.Len()) {
		if a.TypeName(n) != b.TypeName(n) || a.Size(n) != b.Size(n) || a.Record(n) != b.Record(n) || a.Internal(n) != b.Internal(n) || a.Address(n) != b.Address(n) {
			t.Fatalf("object %d differs", n)
		}
		if found, ok := b.Find(a.Address(n)); !ok || found != n {
			t.Fatalf("object %d is not found", n)
		}
		if a.Stride(a.Type(n)) != b.Stride(b.Type(n)) {
			t.Fatalf("object %d has another stride", n)
		}
		if len(a.Row(n)) != len(b.Row(n)) {
			t.Fatalf("object %d: %d references, want %d", n, len(b.Row(n)), len(a.Row(n)))
		}
		for i := range a.Row(n) {
			if a.Row(n)[i] != b.Row(n)[i] || a.RefKind(n, i) != b.RefKind(n, i) || a.Label(n, i) != b.Label(n, i) ||
				a.String(graph.StringID(a.Label(n, i))) != b.String(graph.StringID(b.Label(n, i))) {
				t.Fatalf("reference %d of object %d differs", i, n)
			}
		}
	}
	for i, r := range a.Roots() {
		if r != b.Roots()[i] || a.String(r.Var) != b.String(r.Var) {
			t.Fatalf("root %d differs", i)
		}
	}
	if !slices.Equal(a.Threads(), b.Threads()) {
		t.Fatalf("threads %v, want %v", b.Threads(), a.Threads())
	}
}

func TestColumnsRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		g := graphtest.Random(rand.New(rand.NewPCG(seed, 6)))
		cols := joined(t, g)
		back, err := graph.FromColumns(func(name string) []byte { return cols[name] }, noNames)
		if err != nil {
			t.Fatal(err)
		}
		sameGraph(t, g, back)
	}
	big := graphtest.Sessions(300_000) // several chunks of rows
	cols := joined(t, big)
	back, err := graph.FromColumns(func(name string) []byte { return cols[name] }, noNames)
	if err != nil {
		t.Fatal(err)
	}
	sameGraph(t, big, back)
}

// slotOf is the label of the only reference of an object of addressed: one of
// nine, most beyond 16 bits.
func slotOf(n graph.NodeID) uint32 { return uint32(n%9) * (graph.FarSlot - 20_000) }

// addressed has addresses: dense ones (a bitmap) or far apart (sorted).
func addressed(t *testing.T, stride uint64) *graph.Graph {
	t.Helper()
	x := graph.NewAddressIndexer(3)
	x.AddRun(0xc000000000, stride, 50_000)
	ix, err := x.Build()
	if err != nil {
		t.Fatal(err)
	}
	b := graph.NewBuilder(graph.Info{Name: "bad \xff name", Format: "test"}, graph.SlotLabels)
	if err := b.SetAddresses(ix); err != nil {
		t.Fatal(err)
	}
	for n := range graph.NodeID(ix.Len()) {
		b.SetNode(n, b.Types().Intern("type \xfe"), 1<<33+uint64(n), int64(n)<<12)
	}
	err = b.BuildRows(t.Context(), 0, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for n := lo; n < hi; n++ {
			w.AddKind((n*7)%50_000, slotOf(n), graph.RefKind(n%6))
			w.Next()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.SetStride(0, 12)
	id := b.AddThread(graph.Thread{ID: 18, Func: b.String("main.worker"), Line: 66, Since: 2 * time.Hour})
	b.AddRoot(graph.Root{Node: 3, Var: b.String("global \xfd"), Thread: id, Transient: true, Times: 7})
	b.Warn(graph.Warning{Offset: 7, What: "what", Effect: "effect"})
	g, err := b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestColumnsWithAddresses(t *testing.T) {
	for _, stride := range []uint64{16, 1 << 24} {
		g := addressed(t, stride)
		for n := range graph.NodeID(g.Len()) {
			if g.Label(n, 0) != slotOf(n) {
				t.Fatalf("the label of object %d is %d, want %d", n, g.Label(n, 0), slotOf(n))
			}
		}
		cols := joined(t, g)
		back, err := graph.FromColumns(func(name string) []byte { return cols[name] }, noNames)
		if err != nil {
			t.Fatal(err)
		}
		sameGraph(t, g, back)
		for name := range cols { // columns that are too short never give a graph
			if len(cols[name]) == 0 {
				continue
			}
			_, err := graph.FromColumns(func(n string) []byte {
				if n == name {
					return cols[n][:len(cols[n])-1]
				}
				return cols[n]
			}, noNames)
			if !errors.Is(err, graph.ErrColumns) {
				t.Errorf("%s cut: %v", name, err)
			}
		}
	}
}
