package ask_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"sync"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/testdata/goheap"
)

// Three questions at once, of which one is cancelled.
func Example() {
	dir, err := os.MkdirTemp("", "ask")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	dump, exe, err := goheap.Leak(dir) // a small real dump
	if err != nil {
		log.Fatal(err)
	}
	var opts ask.Options
	opts.Exe = exe
	s, err := ask.Open(context.Background(), dump, &opts)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	var (
		wait      sync.WaitGroup
		paths     *ask.PathsAnswer
		suspects  *ask.SuspectsAnswer
		cancelled error
	)
	wait.Go(func() { paths, err = s.Paths(context.Background(), ask.PathsQuestion{Type: "main.Session"}) })
	wait.Go(func() { suspects, _ = s.Suspects(context.Background(), ask.SuspectsQuestion{}) })
	wait.Go(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, cancelled = s.Cycles(ctx, ask.CyclesQuestion{})
	})
	wait.Wait()

	fmt.Println(paths.Target.Count, paths.Target.Type, "held by", paths.Paths[0].Root.Name, err)
	fmt.Println(suspects.Suspects[0].Reason)
	fmt.Println("the third question:", cancelled)
	// Output:
	// 300 main.Session held by global main.globalCache <nil>
	// one main.Cache holds 190 main.Session, most of them in .m["…"], held by global main.globalCache
	// the third question: context canceled
}
