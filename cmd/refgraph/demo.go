package main

import (
	"context"
	"fmt"
	"os"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/refgraph/refgraph/testdata/goheap"
	"github.com/spf13/cobra"
)

func newDemo(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Run the main job on a small real dump that is part of refgraph",
		Long: `demo unpacks the heap dump of a small leaking Go server and does with it what
one does with a dump of one's own: what is it, which types take the memory, what
leaks, why is it alive. It writes refgraph-demo.svg and refgraph-demo.png.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runDemo(c.Context(), a) },
	}
}

// demoType is what leaks in the demo's dump.
const demoType = "main.Session"

func runDemo(ctx context.Context, a *app) error {
	dir, err := os.MkdirTemp("", "refgraph-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path, exe, err := goheap.Leak(dir)
	if err != nil {
		return err
	}
	own := *a
	own.exe = exe
	s, err := own.open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	step := func(command string) { fmt.Fprintf(a.out, "\n$ refgraph %s\n", command) }

	step("info leak.heapdump --exe ./goleak")
	info, err := s.Info(ctx, ask.InfoQuestion{})
	if err != nil {
		return err
	}
	printInfo(a, info)

	step("top leak.heapdump --exe ./goleak -n 8")
	top, err := s.Top(ctx, ask.TopQuestion{Number: 8})
	if err != nil {
		return err
	}
	printTop(a, top)

	step("suspects leak.heapdump --exe ./goleak")
	found, err := s.Suspects(ctx, ask.SuspectsQuestion{})
	if err != nil {
		return err
	}
	if err := showSuspects(ctx, a, found, suspectsFlags{}); err != nil {
		return err
	}

	step("paths leak.heapdump --exe ./goleak --type " + demoType)
	paths, err := s.Paths(ctx, ask.PathsQuestion{Type: demoType})
	if err != nil {
		return err
	}
	picture := view.Paths(paths)
	for _, output := range []string{"-", "refgraph-demo.svg", "refgraph-demo.png"} {
		pic := pictureFlags{output: output}
		if err := pic.write(ctx, a, picture); err != nil {
			return err
		}
	}
	return nil
}
