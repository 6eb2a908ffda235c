package gocore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Read builds the graph of a core. Errors to tell apart: *source.SyntaxError
// (damaged), *source.MismatchError (the wrong executable), *UnsupportedError
// (not a core this package reads, or no executable), *UnknownRuntimeError.
func Read(ctx context.Context, src *source.Source) (*graph.Graph, error) {
	b := graph.NewBuilder(graph.Info{
		Name: src.Name, Format: "go-core", Runtime: graph.RuntimeGo, Taken: src.ModTime, PointerSize: 8,
	}, graph.SlotLabels)
	b.SetBudget(src.Charge)
	p := &process{src: src}
	if err := p.open(ctx, b); err != nil {
		if p.exe != nil {
			p.exe.Close()
		}
		return nil, err
	}
	src.Keep(p.exe)
	b.Info().Program = p.exe.Program
	if err := graph.Parallel(ctx, 2, src.Options.Workers, func(i int) error {
		if i == 0 {
			return p.openHeap(b)
		}
		p.exe.PrepareLocals()
		return nil
	}); err != nil {
		return nil, err
	}
	typer := gotype.NewTyper(p.exe.Exe, b)
	typer.Content = p.content(b.Graph(), func(n graph.NodeID) bool {
		_, sp, _, ok := p.heap.find(b.Graph().Address(n))
		return ok && sp.header
	})
	if err := p.build(ctx, b, typer); err != nil {
		return nil, err
	}
	return b.Build(&detail{typer})
}

// content returns how to read an object from its address on.
func (p *process) content(g *graph.Graph, hasHeader func(n graph.NodeID) bool) func(n graph.NodeID) []byte {
	return func(n graph.NodeID) []byte {
		size := g.Size(n)
		if hasHeader(n) {
			size -= headerSize
		}
		return p.mem.bytes(g.Address(n), int(size))
	}
}

// Restore makes the Detailer of a graph that Read made of the same core before,
// of the state of that one's. It reads no heap, and fails like Read.
func Restore(ctx context.Context, src *source.Source, g *graph.Graph, state func(column string) []byte) (graph.Detailer, error) {
	p := &process{src: src}
	err := p.open(ctx, graph.NewBuilder(graph.Info{}, graph.SlotLabels)) // what it warns of was told before
	if p.exe != nil {
		src.Keep(p.exe)
	}
	if err != nil {
		return nil, err
	}
	typer, err := gotype.RestoreTyper(p.exe.Exe, g, state)
	if err != nil {
		return nil, err
	}
	typer.Content = p.content(g, func(n graph.NodeID) bool {
		t := typer.TypeOf(g.Type(n))
		return t != nil && gotype.HasHeader(g.Size(n), t.PtrBytes > 0)
	})
	return &detail{typer}, nil
}

// open reads the headers and finds the executable and the runtime's layout.
func (p *process) open(ctx context.Context, b *graph.Builder) (err error) {
	if p.core, err = readELF(p.src); err != nil {
		return err
	}
	p.mem, p.lost = p.core.memory()
	if p.lost > 0 {
		b.Warn(graph.Warning{Offset: p.src.Size, What: fmt.Sprintf("the core is truncated: %d bytes of memory are missing", p.lost),
			Effect: "objects there are known but not what they refer to"})
	}
	for _, d := range p.core.notes.damage {
		b.Warn(graph.Warning{Offset: -1, What: d, Effect: "threads or mapped files are missing"})
	}
	if p.exe, err = p.core.findExe(ctx, p.mem); err != nil {
		return err
	}
	p.exe.mapInto(p.mem)
	p.core.addZeros(p.mem)
	p.exe.SetMemory(p.mem.bytes)
	b.Info().RuntimeVersion = p.exe.GoVersion
	for _, what := range p.exe.Missing {
		if !strings.HasPrefix(what, "no symbol table") { // its variables are searched for
			b.Warn(graph.Warning{Offset: -1, What: what})
		}
	}
	if p.exe.note != "" {
		b.Warn(graph.Warning{Offset: -1, What: p.exe.note})
	}
	if p.l, err = findLayout(p.exe.Exe); err != nil {
		return err
	}
	lay := p.exe.Layout()
	if text := p.mem.u64(lay.Module + p.l.ModText.off); text != lay.Text.Lo {
		if p.lost > 0 && text == 0 {
			return p.src.Errorf(p.src.Size, "the core is truncated before the program's data")
		}
		return &source.MismatchError{Exe: p.exe.Path, What: fmt.Sprintf("its code is at 0x%x, the core's at 0x%x", lay.Text.Lo, text)}
	}
	if p.lost == 0 {
		p.mapPlugins(b)
	}
	p.rodata = p.mem.u64(lay.Module + p.l.ModRodata.off)
	return nil
}

// openHeap finds the runtime's variables, reads the spans and numbers the objects.
func (p *process) openHeap(b *graph.Builder) (err error) {
	if !p.findVariables() && !p.searchVariables() {
		return &UnsupportedError{File: p.src.Name, What: "the runtime's variables were not found in this stripped program",
			Help: "give the executable before it was stripped as --exe"}
	}
	p.types = &gcTypes{mem: p.mem}
	if p.heap, err = readSpans(p.mem, p.l, p.exe.GoVersion, p.vars.mheap, p.src); err != nil {
		if full := (*source.LimitError)(nil); errors.As(err, &full) {
			return err
		}
		what := "the heap could not be read"
		if p.lost > 0 {
			what = "the core is truncated too early, " + what
		}
		return &source.SyntaxError{File: p.src.Name, Offset: p.src.Size, What: what, Err: err}
	}
	if p.heap.broken > 0 {
		b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d spans of the heap make no sense or are not in the core", p.heap.broken),
			Effect: "their objects are missing"})
	}
	ix := graph.NewAddressIndexer(3)
	h := p.heap
	for i := range h.spans {
		s := &h.spans[i]
		if s.alloc < 0 {
			ix.AddRun(s.start(0), s.elem, int(s.n))
			continue
		}
		ix.AddSlots(s.start(0), s.elem, int(s.n), h.bits[s.alloc:][:(s.n+63)/64])
	}
	index, err := ix.Build()
	if err != nil {
		return err
	}
	if index.Len() != h.n {
		return p.src.Errorf(-1, "%d objects at %d addresses", h.n, index.Len())
	}
	return b.SetAddresses(index)
}

// build writes nodes, rows and roots, and finds the types.
func (p *process) build(ctx context.Context, b *graph.Builder, typer *gotype.Typer) error {
	if err := p.nodes(ctx, b, typer); err != nil {
		return err
	}
	specials, err := p.specials()
	if err != nil {
		return err
	}
	s := &scanner{p: p, typer: typer, weak: p.weakRefs(specials), lowest: p.mem.parts[0].lo}
	if err := b.BuildRows(ctx, p.src.Options.Workers, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		return s.rows(ctx, w, lo, hi)
	}); err != nil {
		return err
	}
	r := &roots{p: p, b: b, typer: typer, local: map[uint64][]gotype.Local{}, statics: p.exe.Statics(p.mem.bytes)}
	typer.Statics, typer.Data = r.statics, p.mem.bytes
	r.globals()
	m := newMarker(b.Graph())
	marked := m.start(ctx) // while stacks are walked
	gs, total, err := p.goroutines()
	if err != nil {
		<-marked
		return err
	}
	r.places = gotype.NewPlaces(p.exe.Exe, b, p.now(gs))
	for i := range gs {
		if err := cmp.Or(b.Full(), p.src.Report(ctx, "walking stacks", int64(i), int64(len(gs)))); err != nil {
			<-marked
			return err
		}
		r.goroutine(&gs[i])
	}
	r.specials(specials)
	r.queues()
	if err := <-marked; err != nil {
		return err
	}
	if err := m.roots(ctx, b.Graph().Roots()); err != nil {
		return err
	}
	if err := r.finalizable(ctx, m, specials); err != nil {
		return err
	}
	if p.lost > 0 && p.heap.broken > 0 { // spans are lost with what held the rest
		if err := b.AddResidue(ctx, "core", m.Seen); err != nil {
			return err
		}
	}
	b.SetReached(m.Seen)
	if err := typer.Run(ctx, p.src.Options.Workers); err != nil {
		return err
	}
	p.facts(b, m, len(gs), total)
	p.warnings(b, s)
	return nil
}

// now is the latest moment that is known of, by the runtime's clock.
func (p *process) now(gs []goroutine) int64 {
	now := p.exe.Clock(p.mem.bytes)
	for i := range gs {
		now = max(now, gs[i].since)
	}
	return now
}

// nodes sets the size of every object; types come later.
func (p *process) nodes(ctx context.Context, b *graph.Builder, typer *gotype.Typer) error {
	const spansAtOnce = 4096
	h := p.heap
	return graph.Parallel(ctx, (len(h.spans)+spansAtOnce-1)/spansAtOnce, p.src.Options.Workers, func(c int) error {
		for i := c * spansAtOnce; i < min(len(h.spans), (c+1)*spansAtOnce); i++ {
			s := &h.spans[i]
			pointers := 1
			if s.noscan {
				pointers = 0
			}
			t := typer.SizeType(s.elem, pointers)
			for n := range graph.NodeID(s.count) {
				b.SetNode(s.first+n, t, s.elem, 0)
			}
		}
		return nil
	})
}
