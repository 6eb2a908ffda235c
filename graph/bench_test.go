package graph

import (
	"context"
	"runtime"
	"testing"
)

// benchGraph builds a graph of n objects with three references each: to the
// next object, to one nearby and to one far away.
func benchGraph(tb testing.TB, n int, labels LabelWidth) *Graph {
	x := NewAddressIndexer(3)
	x.AddRun(0xc000000000, 48, n)
	ix, err := x.Build()
	if err != nil {
		tb.Fatal(err)
	}
	b := NewBuilder(Info{}, labels)
	if err := b.SetAddresses(ix); err != nil {
		tb.Fatal(err)
	}
	ty := b.Types().Intern("T")
	for i := range NodeID(n) {
		b.SetNode(i, ty, 48, int64(i)*64)
	}
	err = b.BuildRows(context.Background(), 0, func(w *RowWriter, lo, hi NodeID) error {
		for i := lo; i < hi; i++ {
			w.Add((i+1)%NodeID(n), 0)
			w.Add((i+64)%NodeID(n), 1)
			w.Add(NodeID(uint64(i)*2654435761%uint64(n)), 2)
			w.Next()
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	g, err := b.Build(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// BenchmarkBuild builds 10 M objects with 30 M references and reports what the
// graph keeps: node-B/object for the columns and the address index, B/ref for
// the rows without their offsets.
func BenchmarkBuild(b *testing.B) {
	const n = 10_000_000
	for _, labels := range []LabelWidth{NoLabels, SlotLabels} {
		b.Run([]string{"plain", "slots"}[labels], func(b *testing.B) {
			var total float64
			for b.Loop() {
				before := heapInUse()
				g := benchGraph(b, n, labels)
				total = float64(heapInUse() - before)
				runtime.KeepAlive(g)
			}
			perRef := float64(4 + 2*int(labels))
			b.ReportMetric((total-3*n*perRef)/n, "B/object")
			b.ReportMetric(perRef, "B/ref")
			b.ReportMetric(total/(24*n+5*3*n)*100, "%budget")
		})
	}
}

// BenchmarkInbound builds the reverse rows of the same graph.
func BenchmarkInbound(b *testing.B) {
	g := benchGraph(b, 10_000_000, NoLabels)
	for b.Loop() {
		if _, err := g.buildInbound(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLookup resolves addresses in random order over 10 M objects.
func BenchmarkLookup(b *testing.B) {
	g := benchGraph(b, 10_000_000, NoLabels)
	i := uint64(0)
	for b.Loop() {
		i = (i*6364136223846793005 + 1442695040888963407)
		if _, ok := g.Find(0xc000000000 + i>>32%10_000_000*48); !ok {
			b.Fatal("lost")
		}
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
