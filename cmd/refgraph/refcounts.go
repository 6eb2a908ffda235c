package main

import (
	"errors"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// counter is a Detailer of a runtime that counts references.
type counter interface {
	Refcount(n graph.NodeID) (count int64, ok bool)
}

// withRefcounts is a Detailer that also tells refcounts.
type withRefcounts struct {
	graph.Detailer
	counter
}

func (d withRefcounts) Describe(n graph.NodeID, values bool) string {
	text := d.Detailer.Describe(n, values)
	count := "immortal"
	if k, ok := d.Refcount(n); ok {
		count = fmt.Sprintf("refcount %d", k)
	}
	if text == "" {
		return count
	}
	return text + " · " + count
}

// showRefcounts has the notes of a graph's objects tell their refcounts.
func showRefcounts(g *graph.Graph) error {
	d := g.Detail()
	if kept, ok := d.(interface{ Unwrap() graph.Detailer }); ok {
		d = kept.Unwrap()
	}
	c, ok := d.(counter)
	if !ok {
		return hintError{errors.New("--refcounts: this dump has none"), "only Python dumps have refcounts"}
	}
	g.WrapDetail(func(d graph.Detailer) graph.Detailer { return withRefcounts{d, c} })
	return nil
}
