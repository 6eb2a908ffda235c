package ask_test

import (
	"context"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
)

// TestProcessOutside checks what is said of memory that is not in the dump: nothing
// where nothing is known, and first of all where it is most.
func TestProcessOutside(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name    string
		process graph.Process
		share   float64
		native  uint64
		outside bool
		nowhere bool
	}{
		{name: "unknown", nowhere: true},
		{name: "a small program", process: graph.Process{Resident: 12 * mib, Parts: []graph.Part{{Name: graph.PartFiles, Bytes: 6 * mib}}}, share: 4.0 / 12, native: 2 * mib},
		{name: "images", process: graph.Process{Resident: 228 * mib, Parts: []graph.Part{{Name: graph.PartFiles, Bytes: 20 * mib}}}, share: 4.0 / 228, native: 204 * mib, outside: true},
		{name: "libraries", process: graph.Process{Resident: 60 * mib, Parts: []graph.Part{{Name: graph.PartFiles, Bytes: 50 * mib}}}, share: 4.0 / 60, native: 6 * mib},
		{name: "a large file", process: graph.Process{Resident: 4096 * mib, Parts: []graph.Part{{Name: graph.PartFiles, Bytes: 4000 * mib}}}, share: 4.0 / 4096, native: 92 * mib, outside: true},
		{name: "parts beyond all", process: graph.Process{Resident: 3 * mib, Parts: []graph.Part{{Name: graph.PartFiles, Bytes: 6 * mib}}}, share: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := graph.NewBuilder(graph.Info{Format: "test", Process: c.process}, graph.NameLabels)
			x := graph.NewAddressIndexer(3)
			x.Add(4096)
			ix, err := x.Build()
			if err != nil {
				t.Fatal(err)
			}
			if err := b.SetAddresses(ix); err != nil {
				t.Fatal(err)
			}
			b.SetNode(0, b.Types().Intern("thing"), 4*mib, 0)
			if err := b.BuildRows(context.Background(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
				w.Next()
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			g, err := b.Build(nil)
			if err != nil {
				t.Fatal(err)
			}
			s, err := ask.Of(context.Background(), &dump.Dump{Graph: g}, nil)
			if err != nil {
				t.Fatal(err)
			}
			a, err := s.Info(context.Background(), ask.InfoQuestion{})
			if err != nil {
				t.Fatal(err)
			}
			p := a.Process
			if c.nowhere != (p == nil) {
				t.Fatalf("process %+v", p)
			}
			if p == nil {
				return
			}
			if p.ExplainedShare != c.share || p.NativeBytes != c.native || p.MostlyOutside != c.outside || c.outside != (p.Next != "") {
				t.Errorf("share %v, want %v; native %d, want %d; %+v", p.ExplainedShare, c.share, p.NativeBytes, c.native, p)
			}
		})
	}
}
