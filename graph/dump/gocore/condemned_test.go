package gocore

import (
	"path/filepath"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// wasteful dies when a collection has just found much of its heap dead.
var wasteful = program{source: "wasteful", phase: "sweeping", text: `package main

import (
	"runtime"
	"runtime/metrics"
)

type node struct{ next *node }

var keep [1 << 16]*node

func main() {
	runtime.GOMAXPROCS(1)
	cycles := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(cycles)
	for before, i := cycles[0].Value.Uint64()+2, 0; ; i++ {
		keep[i%len(keep)] = &node{next: &node{}}
		if i%1000 > 0 {
			continue
		}
		if metrics.Read(cycles); cycles[0].Value.Uint64() >= before {
			panic("a core, please")
		}
	}
}
`}

// TestCondemnedReferToNothing reads a core that was made while the heap was
// swept. What the collector found dead and has not swept yet may refer to memory
// that was given to other objects since: following it gives these wrong types.
func TestCondemnedReferToNothing(t *testing.T) {
	dir := wasteful.core(t)
	src, err := source.Open(filepath.Join(dir, "core"), source.Options{Exe: filepath.Join(dir, "prog")})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	b := graph.NewBuilder(graph.Info{}, graph.SlotLabels)
	p := &process{src: src}
	if err := p.open(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	defer p.exe.Close()
	if err := p.openHeap(b); err != nil {
		t.Fatal(err)
	}
	if err := p.build(t.Context(), b, gotype.NewTyper(p.exe.Exe, b)); err != nil {
		t.Fatal(err)
	}
	condemned, living := 0, 0
	for i := range p.heap.spans {
		s := &p.heap.spans[i]
		for n, slot := range p.heap.slots(s, 0) {
			switch refs := len(b.Graph().Row(n)); {
			case !p.heap.condemned(s, slot):
				living += refs
			case refs > 0:
				t.Fatalf("object %d is dead and refers to %d others", n, refs)
			default:
				condemned++
			}
		}
	}
	if condemned == 0 || living == 0 {
		t.Errorf("%d condemned objects, %d references of others", condemned, living)
	}
}
