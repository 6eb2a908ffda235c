package gocore

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// queued dies with finalizers and cleanups in their queues, because the first
// of each never returns. It writes down what only they hold: the addresses of
// objects and how they are held.
var queued = program{source: "queued", text: `package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
	"weak"
)

type node struct {
	next *node
	pad  [4]int
}

var (
	file, _ = os.Create("held.txt")
	weakly  weak.Pointer[node]
	alive   []*node
	waiting *node
	never   chan bool
)

func note(how string, n *node) { fmt.Fprintf(file, "%s %p\n", how, n) }

//go:noinline
func finalizers(n int) {
	for range n {
		x := &node{next: new(node)}
		note("queued", x)
		note("queued", x.next)
		runtime.SetFinalizer(x, func(x *node) { <-never; x.next = nil })
	}
}

//go:noinline
func cleanups(n int) {
	for range n {
		x, arg, captured := new(node), &node{next: new(node)}, new(node)
		note("queued", arg)
		note("queued", arg.next)
		note("queued", captured)
		runtime.AddCleanup(x, func(arg *node) { <-never; captured.next = arg.next }, arg)
	}
}

func main() {
	finalizers(300)
	cleanups(100)
	for range 3 {
		runtime.GC()
		time.Sleep(50 * time.Millisecond)
	}
	// A finalizer that is not due: its object is live. So is its weak handle.
	n := &node{next: new(node)}
	runtime.SetFinalizer(n, func(*node) {})
	weakly = weak.Make(n)
	alive = append(alive, n)
	note("live", n)
	note("live", n.next)
	note("weak", n)
	// One whose object nothing holds any more: what it holds is kept for it.
	waiting = &node{next: new(node)}
	note("kept", waiting.next)
	note("dead", waiting)
	runtime.SetFinalizer(waiting, func(*node) {})
	waiting = nil
	debug.SetTraceback("crash")
	panic("as it was told")
}
`}

func TestQueues(t *testing.T) {
	for name, p := range map[string]program{
		"1.26": {}, "1.25": {toolchain: "go1.25.5"}, "1.24": {toolchain: "go1.24.11"},
		"stripped":      {build: []string{"-ldflags=-s -w"}},
		"1.25 stripped": {toolchain: "go1.25.5", build: []string{"-ldflags=-s -w"}},
		"1.24 stripped": {toolchain: "go1.24.11", build: []string{"-ldflags=-s -w"}},
	} {
		t.Run(name, func(t *testing.T) {
			p.source, p.text = queued.source, queued.text
			dir := p.core(t)
			g := read(t, dir, source.Options{})
			checkQueued(t, g, filepath.Join(dir, "held.txt"))
		})
	}
}

func checkQueued(t *testing.T, g *graph.Graph, truth string) {
	live := newMarker(g)
	kinds := map[graph.RootKind]int{}
	for _, r := range g.Roots() {
		live.Visit(r.Node)
		kinds[r.Kind]++
	}
	_ = live.Run(t.Context())
	if kinds[graph.RootFinalizer] < 300+100 {
		t.Errorf("%d roots of finalizers and cleanups", kinds[graph.RootFinalizer])
	}
	text, err := os.ReadFile(truth)
	if err != nil {
		t.Fatal(err)
	}
	bad := 0
	for line := range strings.Lines(string(text)) {
		how, hex, _ := strings.Cut(strings.TrimSpace(line), " ")
		addr, err := strconv.ParseUint(hex, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		n, ok := g.Find(addr)
		switch how {
		case "weak":
			ok = hasWeak(g, n)
		case "dead":
			ok = ok && !live.Seen.Has(n)
		default:
			ok = ok && live.Seen.Has(n)
		}
		if !ok {
			if bad++; bad < 10 {
				t.Errorf("%s object at %s is not", how, hex)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d are wrong", bad)
	}
}

// hasWeak reports whether a weak reference leads to the object.
func hasWeak(g *graph.Graph, to graph.NodeID) bool {
	for n := range graph.NodeID(g.Len()) {
		for i, x := range g.Row(n) {
			if x == to && g.RefKind(n, i) == graph.Weak {
				return true
			}
		}
	}
	return false
}
