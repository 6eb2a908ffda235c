package goheap

import (
	"context"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

func TestDev(t *testing.T) {
	path := os.Getenv("DUMP")
	if path == "" {
		t.Skip()
	}
	src, err := source.Open(path, source.Options{Exe: os.Getenv("EXE")})
	if err != nil {
		t.Fatal(err)
	}
	t0 := time.Now()
	stage, last := "", t0
	src.Options.Progress = func(p source.Progress) {
		if p.Stage != stage {
			t.Log(stage, time.Since(last))
			stage, last = p.Stage, time.Now()
		}
	}
	g, err := Read(context.Background(), src)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(stage, time.Since(last))
	t.Log("read", time.Since(t0))
	var ru syscall.Rusage
	syscall.Getrusage(0, &ru)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Log(g.Len(), g.Refs(), len(g.Roots()), "MaxRSS MB", ru.Maxrss>>10, "heapsys MB", m.HeapSys>>20, "user", ru.Utime, "sys", ru.Stime, m.NumGC)
	t.Log(g.Info())
	for _, w := range g.Warnings() {
		t.Log(w)
	}
	for i, r := range g.Roots() {
		if i < 40 {
			t.Log(g.String(r.Name), g.String(r.Group), g.String(r.Ref), g.Describe(r.Node), r.Rank)
		}
	}
	if os.Getenv("NOREACH") != "" {
		return
	}
	seen := reach(g)
	var total, typed uint64
	for n := range seen.All() {
		total += g.Size(n)
		if g.TypeSource(n) != graph.TypeSizeClass {
			typed += g.Size(n)
		}
	}
	t.Log("reachable", seen.Len(), total, "typed", float64(typed)/float64(total))
}

func reach(g *graph.Graph) graph.Bitset {
	seen := graph.NewBitset(g.Len())
	var q []graph.NodeID
	push := func(n graph.NodeID) {
		if !seen.Has(n) {
			seen.Add(n)
			q = append(q, n)
		}
	}
	for _, r := range g.Roots() {
		push(r.Node)
	}
	var buf []graph.NodeID
	for len(q) > 0 {
		n := q[len(q)-1]
		q = q[:len(q)-1]
		for _, to := range g.Retained(n, &buf) {
			push(to)
		}
	}
	return seen
}
