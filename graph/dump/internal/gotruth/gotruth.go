// Package gotruth checks a graph against what the program testdata/programs/gotruth
// wrote down about its own heap.
package gotruth

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// object is one object that the program knows; see the program.
type object struct {
	What        string
	Addr        string
	Type        string
	Root        string
	Path        string
	Repeat      int
	Unreachable bool
	Pooled      bool
}

// Options is what a graph cannot know. The zero value checks everything.
type Options struct {
	NoNames bool // no variable names and inferred types: a stripped program
}

// Check checks every object of the truth file. It fails the test for each that
// is missing, has the wrong type, or is not held the way the program says.
func Check(t *testing.T, g *graph.Graph, truthFile string, opts Options) {
	t.Helper()
	data, err := os.ReadFile(truthFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []object
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	c := checker{t: t, g: g, opts: opts, names: map[graph.NodeID][]string{}, live: reachable(g, func(graph.Root) bool { return true }, graph.RefKind.Retains)}
	c.firm = reachable(g, func(graph.Root) bool { return true }, func(k graph.RefKind) bool { return !k.Collectable() })
	for _, o := range list {
		c.check(o)
	}
}

type checker struct {
	t    *testing.T
	g    *graph.Graph
	opts Options
	live graph.Bitset
	firm graph.Bitset // live without pools
	// names are those of all references of wide rows, where each costs a walk.
	names map[graph.NodeID][]string
}

// wideRow is how many references make a row wide.
const wideRow = 1000

func (c *checker) refName(n graph.NodeID, i int) string {
	width := len(c.g.Row(n))
	if width < wideRow {
		return c.g.Detail().RefName(n, i, false)
	}
	if c.names[n] == nil {
		names := make([]string, width)
		for k := range names {
			names[k] = c.g.Detail().RefName(n, k, false)
		}
		c.names[n] = names
	}
	return c.names[n][i]
}

func (c *checker) check(o object) {
	c.t.Helper()
	addr, err := strconv.ParseUint(o.Addr, 0, 64)
	if err != nil {
		c.t.Fatal(err)
	}
	n, ok := c.g.Find(addr)
	if o.Unreachable {
		if ok && c.live.Has(n) {
			c.t.Errorf("%s %s is reachable", o.What, o.Addr)
		}
		return
	}
	switch {
	case !ok:
		c.t.Errorf("%s %s is missing", o.What, o.Addr)
		return
	case !c.live.Has(n):
		c.t.Errorf("%s %s is not reachable", o.What, o.Addr)
		return
	case c.opts.NoNames:
		if o.Type != "" && c.g.TypeSource(n) != graph.TypeSizeClass && c.g.TypeName(n) != o.Type {
			c.t.Errorf("%s %s has type %s, want %s or none", o.What, o.Addr, c.g.TypeName(n), o.Type)
		}
		return
	case o.Type != "" && c.g.TypeName(n) != o.Type:
		c.t.Errorf("%s %s has type %s (%v), want %s", o.What, o.Addr, c.g.TypeName(n), c.g.TypeSource(n), o.Type)
	}
	if c.firm.Has(n) == o.Pooled {
		c.t.Errorf("%s %s is held by more than pools: %v, want %v", o.What, o.Addr, c.firm.Has(n), !o.Pooled)
	}
	if o.Root != "" || o.Path != "*" {
		c.path(o, n)
	}
}

// path looks for the way the program knows to the object.
func (c *checker) path(o object, target graph.NodeID) {
	c.t.Helper()
	isRoot := func(r graph.Root) bool { return o.Root == "" || lang.Of(c.g).Root(&r).String() == o.Root }
	if o.Path == "*" {
		if !reachable(c.g, isRoot, graph.RefKind.Retains).Has(target) {
			c.t.Errorf("%s %s is not held by %s", o.What, o.Addr, o.Root)
		}
		return
	}
	want := strings.Repeat(o.Path, max(1, o.Repeat))
	type state struct {
		n  graph.NodeID
		at int // bytes of want that led here
	}
	seen := map[state]bool{}
	var queue []state
	step := func(to graph.NodeID, at int, name string) {
		if s := (state{to, at + len(name)}); strings.HasPrefix(want[at:], name) && !seen[s] {
			seen[s] = true
			queue = append(queue, s)
		}
	}
	roots := 0
	for _, r := range c.g.Roots() {
		if isRoot(r) {
			roots++
			step(r.Node, 0, c.g.String(r.Ref))
		}
	}
	for len(queue) > 0 {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if s.n == target && s.at == len(want) {
			return
		}
		for i, to := range c.g.Row(s.n) {
			if c.g.RefKind(s.n, i).Retains() {
				step(to, s.at, c.refName(s.n, i))
			}
		}
	}
	c.t.Errorf("%s %s: no path %q from the %d roots %q", o.What, o.Addr, want[:min(len(want), 60)], roots, o.Root)
}

// reachable returns the objects that some roots hold by references to follow.
func reachable(g *graph.Graph, isRoot func(graph.Root) bool, follow func(graph.RefKind) bool) graph.Bitset {
	seen := graph.NewBitset(g.Len())
	var stack []graph.NodeID
	push := func(n graph.NodeID) {
		if !seen.Has(n) {
			seen.Add(n)
			stack = append(stack, n)
		}
	}
	for _, r := range g.Roots() {
		if isRoot(r) && follow(r.Via) {
			push(r.Node)
		}
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for i, to := range g.Row(n) {
			if follow(g.RefKind(n, i)) {
				push(to)
			}
		}
	}
	return seen
}
