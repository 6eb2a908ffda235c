package goheap

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// leaking builds and runs goleak and returns its dump, of 9.75 objects for each
// session, and its executable.
func leaking(t testing.TB, sessions int) (dump, exe string) {
	dir := t.TempDir()
	dump, exe = filepath.Join(dir, "dump"), filepath.Join(dir, "goleak")
	compile(t, exe, "../../../testdata/programs/goleak")
	run(t, exe, "-n", strconv.Itoa(sessions), "-o", dump)
	return dump, exe
}

// TestTyped reads the dump of a leaking program and expects types for nearly
// all of what is reachable, and exactly as many sessions as it opened.
func TestTyped(t *testing.T) {
	const sessions = 20_000
	dump, exe := leaking(t, sessions)
	g := read(t, dump, source.Options{Exe: exe})
	var total, typed uint64
	for n := range reachable(g).All() {
		total += g.Size(n)
		if g.TypeSource(n) != graph.TypeSizeClass {
			typed += g.Size(n)
		}
	}
	if share := float64(typed) / float64(total); share < 0.95 {
		t.Errorf("%.1f %% of %d reachable bytes have a type, want 95 %%", 100*share, total)
	}
	for name, want := range map[string]int{"main.Session": sessions, "main.User": sessions, "main.Cache": 1} {
		id, _ := g.Types().Find(name)
		got := 0
		for n := range graph.NodeID(g.Len()) {
			if g.Type(n) == id && g.TypeSource(n) != graph.TypeSizeClass {
				got++
			}
		}
		if got != want {
			t.Errorf("%d objects of type %s, want %d", got, name, want)
		}
	}
}

func reachable(g *graph.Graph) graph.Bitset {
	seen := graph.NewBitset(g.Len())
	var stack, buf []graph.NodeID
	push := func(n graph.NodeID) {
		if !seen.Has(n) {
			seen.Add(n)
			stack = append(stack, n)
		}
	}
	for _, r := range g.Roots() {
		push(r.Node)
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, to := range g.Retained(n, &buf) {
			push(to)
		}
	}
	return seen
}

// BenchmarkRead reads a dump of 200,000 sessions: 170 MB, 2 million objects.
func BenchmarkRead(b *testing.B) {
	dump, exe := leaking(b, 200_000)
	for _, opts := range []source.Options{{}, {Exe: exe}} {
		name := "untyped"
		if opts.Exe != "" {
			name = "typed"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				src, err := source.Open(dump, opts)
				if err != nil {
					b.Fatal(err)
				}
				g, err := Read(b.Context(), src)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(src.Size)
				b.ReportMetric(float64(g.Len()), "objects")
				src.Close()
			}
		})
	}
}
