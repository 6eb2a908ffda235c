package gocore

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// bomb is a core with more memory, which is what TestBombs has the runtime's lists
// lead to.
type bomb struct {
	*process
	t    *testing.T
	core []byte
	more uint64 // address of more memory
	body []byte // its content
}

const moreAt = 0x7000_0000_0000

func newBomb(t *testing.T, core []byte, exe string, more int) *bomb {
	f, err := elf.NewFile(bytes.NewReader(core))
	if err != nil {
		t.Fatal(err)
	}
	var pieces []piece
	for _, p := range f.Progs {
		pieces = append(pieces, piece{elf.Prog64{Type: uint32(p.Type), Flags: uint32(p.Flags), Vaddr: p.Vaddr, Filesz: p.Filesz, Memsz: p.Memsz}, core[p.Off:][:p.Filesz]})
	}
	pieces = append(pieces, piece{elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: 6, Vaddr: moreAt, Filesz: uint64(more), Memsz: uint64(more)}, make([]byte, more)})
	b := &bomb{t: t, core: writeCore(f, core[:16], pieces), more: moreAt}
	b.body = b.core[len(b.core)-more:]
	b.process = &process{src: source.FromBytes("core", b.core, source.Options{Exe: exe})}
	builder := graph.NewBuilder(graph.Info{}, graph.SlotLabels)
	if err := errors.Join(b.open(t.Context(), builder), b.openHeap(builder)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.exe.Close() })
	return b
}

// put writes a word of the program's memory.
func (b *bomb) put(addr, v uint64) {
	b.t.Helper()
	part := b.mem.find(addr)
	if part == nil || !part.core {
		b.t.Fatalf("0x%x is not in the core", addr)
	}
	binary.LittleEndian.PutUint64(b.core[part.off+int64(addr-part.lo):], v)
}

// list has a slice of the runtime's be of n pointers to one thing.
func (b *bomb) list(slice, thing uint64, n int) {
	for i := range n {
		binary.LittleEndian.PutUint64(b.body[8*i:], thing)
	}
	for i, v := range []uint64{b.more, uint64(n), uint64(n)} {
		b.put(slice+8*uint64(i), v)
	}
}

// TestBombs reads small cores whose lists are made to be large in memory or without
// an end: they are read, or refused with a sentence, within 300 MB and 6 times their
// size.
func TestBombs(t *testing.T) {
	dir := tiny.core(t)
	core, exe := compact(t, dir), filepath.Join(dir, "prog")
	const words = 4 << 20
	for _, c := range []struct {
		name    string
		refused bool
		arm     func(b *bomb)
	}{
		{"a goroutine many times", true, func(b *bomb) {
			gs, _, _ := b.goroutines()
			b.list(b.vars.allgs, gs[len(gs)-1].addr, words)
		}},
		{"a span many times", true, func(b *bomb) { b.list(b.vars.mheap+b.l.HeapAllspans.off, b.heap.spans[0].addr, words) }},
		{"objects by the million", true, func(b *bomb) { // spans that lie nowhere, of 65,535 objects each
			template := bytes.Clone(b.mem.bytes(b.heap.spans[0].addr, int(b.l.SpanSize)))
			set := func(f field, v uint64) {
				var word [8]byte
				binary.LittleEndian.PutUint64(word[:], v)
				copy(template[f.off:][:f.size], word[:])
			}
			size := (len(template) + 7) &^ 7
			const n = 2000
			spans := b.body[8*n:]
			for i := range n {
				set(b.l.SpanStart, 0x10_0000_0000+uint64(i)<<20)
				set(b.l.SpanPages, 1<<20>>pageShift)
				set(b.l.SpanElemSize, 8)
				set(b.l.SpanElems, 65535)
				set(b.l.SpanFree, 65535)
				set(b.l.SpanClass, 5)
				copy(spans[i*size:], template)
			}
			b.list(b.vars.mheap+b.l.HeapAllspans.off, 0, n)
			for i := range n {
				binary.LittleEndian.PutUint64(b.body[8*i:], b.more+8*n+uint64(i*size))
			}
		}},
		{"a special that leads to itself", false, func(b *bomb) {
			list, _ := b.specials()
			b.put(list[0].addr+b.l.SpecialNext.off, list[0].addr)
		}},
		{"a deferred call that leads to itself", false, func(b *bomb) {
			gs, _, _ := b.goroutines()
			for _, g := range gs {
				b.put(g.addr+b.l.GDefer.off, b.more)
			}
			b.put(b.more+b.l.DeferLink.off, b.more)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBomb(t, core, exe, 8*words)
			c.arm(b)
			runtime.GC()
			peak := heapPeak()
			begin := time.Now()
			g, err := Read(t.Context(), source.FromBytes("core", b.core, source.Options{Exe: exe}))
			took := time.Since(begin)
			grown := peak()
			var full *source.LimitError
			if errors.As(err, &full) != c.refused || !c.refused && err != nil {
				t.Errorf("%v", err)
			}
			if grown > 300e6+6*uint64(len(b.core)) || took > 20*time.Second {
				t.Errorf("%d bytes took %d MB and %v", len(b.core), grown/1e6, took)
			}
			runtime.KeepAlive(g)
		})
	}
}

// heapPeak begins to watch the heap of this process, and returns by how many bytes it
// has been larger than at the begin.
func heapPeak() (peak func() uint64) {
	size := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	stop, done := make(chan bool), make(chan uint64)
	first := size()
	go func() {
		most := first
		for {
			select {
			case <-stop:
				done <- max(most, size()) - first
				return
			case <-time.After(5 * time.Millisecond):
				most = max(most, size())
			}
		}
	}()
	return func() uint64 { close(stop); return <-done }
}
