//go:build unix

package cut

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/retain"
)

// BenchmarkSessions cuts 975,000 sessions off a server's heap of 19.6 million
// objects, whose search and dominators are known.
func BenchmarkSessions(b *testing.B) {
	ctx := context.Background()
	g := graphtest.Sessions(19_600_000)
	tree, err := retain.Search(ctx, g)
	if err != nil {
		b.Fatal(err)
	}
	dom, err := dominator.Compute(ctx, g)
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"main.Session", "main.User", "string"} {
		typ, _ := g.Types().Find(name)
		targets := graph.NewBitset(g.Len())
		for n := range graph.NodeID(g.Len()) {
			if g.Type(n) == typ {
				targets.Add(n)
			}
		}
		retained := dom.RetainedBySet(targets)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			cpu := cpuTime()
			for b.Loop() {
				a, err := Find(ctx, tree, dom, targets, &Options{Retained: retained})
				if err != nil || !a.Verified {
					b.Fatalf("%+v %v", a, err)
				}
			}
			b.ReportMetric((cpuTime()-cpu).Seconds()*1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// cpuTime is what the process has used on all cores, which other programs on the
// machine do not change much.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
