package dominator

import (
	"flag"
	"runtime"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

var large = flag.Bool("large", false, "run benchmarks that need more than 10 GiB")

// BenchmarkCompute reports the memory that Compute allocates, for everything,
// for each object. The largest case of the project's budget, 100 million
// objects with 300 million references, runs with
// go test -bench 'Compute/tangle-100M' -benchtime 1x -timeout 30m -large.
func BenchmarkCompute(b *testing.B) {
	for _, c := range []struct {
		name  string
		large bool
		graph func() *graph.Graph
	}{
		{"list-1M", false, func() *graph.Graph { return graphtest.HeldList(1_000_000) }},
		{"sessions-19.5M", false, func() *graph.Graph { return graphtest.Sessions(19_500_000) }},
		{"tangle-100M", true, func() *graph.Graph { return graphtest.Tangle(100_000_000) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			if c.large && !*large {
				b.Skip("needs 12 GiB of memory: -large")
			}
			g := c.graph()
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var tree *Tree
			for b.Loop() {
				tree = computed(b, g)
			}
			runtime.ReadMemStats(&after)
			_, bytes := tree.Total()
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(g.Len()), "B/object")
			b.ReportMetric(float64(g.Refs())/float64(g.Len()), "refs/object")
			b.ReportMetric(float64(after.Sys)/(1<<30), "GiB-sys")
			b.Logf("%d objects, %d references, %d bytes", g.Len(), g.Refs(), bytes)
		})
	}
}
