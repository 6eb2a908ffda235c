package gocore

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// TestHostile puts nonsense into every word of the structures that lead to all
// others. Whatever they say, reading ends soon, with a graph or a typed error.
func TestHostile(t *testing.T) {
	dir := tiny.core(t)
	core := bytes.Clone(compact(t, dir))
	exe := filepath.Join(dir, "prog")
	src := source.FromBytes("core", core, source.Options{Exe: exe})
	p := &process{src: src}
	b := graph.NewBuilder(graph.Info{}, graph.SlotLabels)
	if err := p.open(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	defer p.exe.Close()
	if err := p.openHeap(b); err != nil {
		t.Fatal(err)
	}
	gs, _, err := p.goroutines()
	if err != nil {
		t.Fatal(err)
	}
	specials, err := p.specials()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][2]uint64{ // address and words
		"list of spans": {p.vars.mheap + p.l.HeapAllspans.off - 8, 4},
		"first span":    {p.heap.spans[0].addr, p.l.SpanSize / 8},
		"last span":     {p.heap.spans[len(p.heap.spans)-1].addr, p.l.SpanSize / 8},
		"goroutines":    {p.vars.allgs, 3},
		"goroutine":     {gs[len(gs)-1].addr, 24},
		"its stack":     {p.mem.u64(gs[len(gs)-1].addr + p.l.GSchedSP.off), 32},
		"module":        {p.exe.Layout().Module, 75},
		"finalizers":    {p.vars.allfin[0], 1},
		"cleanups":      {p.vars.cleanups[0] + p.l.QueueAll.off, 1},
	}
	for _, s := range specials[:1] {
		places["special"] = [2]uint64{s.addr, 6}
	}
	for name, place := range places {
		for i := range place[1] {
			at := place[0] + 8*i
			part := p.mem.find(at)
			if part == nil || !part.core {
				t.Errorf("%s is not in the core", name)
				continue
			}
			off := part.off + int64(at-part.lo)
			was := binary.LittleEndian.Uint64(core[off:])
			for _, v := range []uint64{0, 1 << 20, 1<<47 - 8, ^uint64(0), at} {
				binary.LittleEndian.PutUint64(core[off:], v)
				begin := time.Now()
				checkError(t, core, exe)
				if d := time.Since(begin); d > 20*time.Second {
					t.Errorf("%s, word %d = 0x%x takes %v", name, i, v, d)
				}
			}
			binary.LittleEndian.PutUint64(core[off:], was)
		}
	}
}
