// Command sizes prints the id, the shallow and the retained size of every object of a
// dump, for comparing them with another program's.
//
//	sizes FILE
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/dump"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: sizes FILE")
	}
	d, err := dump.Open(ctx, args[0], nil)
	if err != nil {
		return err
	}
	defer d.Close()
	g := d.Graph
	tree, err := dominator.Compute(ctx, g)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(os.Stdout)
	for n := range graph.NodeID(g.Len()) {
		fmt.Fprintln(w, g.Address(n), g.Size(n), tree.Retained(n), g.TypeName(n))
	}
	return w.Flush()
}
