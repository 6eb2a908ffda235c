package cut

import (
	"context"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// TestTasks names goroutines by what must end: the program's own function where they
// block, or what a library's were started with.
func TestTasks(t *testing.T) {
	for _, c := range []struct {
		runtime graph.Runtime
		at      string
		entry   string
		rank    uint8
		want    string
	}{
		{graph.RuntimeGo, "bufio.(*Reader).fill", "net/http.(*conn).serve", graph.RankLibrary, "goroutines http.(*conn).serve"},
		{graph.RuntimeGo, "main.(*srv).Watch", "google.golang.org/grpc.(*Server).handle", graph.RankUser, "goroutines main.(*srv).Watch"},
		{graph.RuntimeGo, "", "main.work", graph.RankLibrary, "goroutines main.work"},
		{graph.RuntimePython, "wait", "Thread._bootstrap", graph.RankLibrary, "threads wait"},
	} {
		b := graph.NewBuilder(graph.Info{Name: "threads", Format: "threads", Runtime: c.runtime}, graph.NoLabels)
		must(b.SetCount(8))
		must(b.BuildRows(context.Background(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
			for range hi - lo {
				w.Next()
			}
			return nil
		}))
		var targets []graph.NodeID
		for n := range graph.NodeID(8) {
			b.SetNode(n, b.Types().Intern("main.Session"), 8, 0)
			th := b.AddThread(graph.Thread{ID: uint64(n) + 7, Func: b.String(c.at), Entry: b.String(c.entry), Rank: c.rank})
			b.AddRoot(graph.Root{Node: n, Kind: graph.RootStack, Rank: c.rank, Thread: th, Func: b.String(c.at), Var: b.String("s")})
			targets = append(targets, n)
		}
		g, err := b.Build(nil)
		must(err)
		pr := prepare(t, g, targets...)
		a, err := pr.slice(t, nil).Cut(context.Background(), pr.dom)
		if err != nil || len(a.Places) != 1 || a.Places[0].Name != c.want || a.Places[0].Threads != 8 {
			t.Errorf("%+v, %v, want the 8 %s", a.Places, err, c.want)
		}
	}
}
