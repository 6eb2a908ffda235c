package goheap

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Read builds the graph of a dump, with the types of src.Options.Exe if that is
// set. It fails with a *source.SyntaxError for what is no dump or has no usable
// parameters, and with a *source.MismatchError for an executable that did not
// write the dump; what else it cannot read becomes a warning. The graph's
// Detailer reads src again.
func Read(ctx context.Context, src *source.Source) (*graph.Graph, error) {
	b := graph.NewBuilder(graph.Info{
		Name: src.Name, Format: "go-heapdump", Runtime: graph.RuntimeGo, PointerSize: 8, Taken: src.ModTime,
	}, graph.SlotLabels)
	b.SetBudget(src.Charge)
	opening := openExe(ctx, src.Options.Exe)
	rec, err := readRecords(ctx, src, b.Warn)
	if err != nil {
		opening.discard()
		return nil, err
	}
	exe, err := opening.take(src, rec, b)
	if err != nil {
		return nil, err
	}
	l, known := layoutOf(rec.params.version)
	if !known {
		b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("the heap layout of %q is not known", rec.params.version),
			Effect: fmt.Sprintf("it is read as Go 1.%d's", newestMinor)})
	}
	h, err := newHeap(rec.batches, l, b.Warn)
	if err != nil {
		return nil, err
	}
	rec.batches = nil
	b.NoRecords() // batches tell
	if err := b.SetAddresses(h.index); err != nil {
		return nil, err
	}
	d, err := fill(ctx, src, rec, h, b, exe)
	if err != nil {
		return nil, err
	}
	describe(b.Info(), rec, h)
	selfCheck(rec, h, b.Warn)
	return b.Build(d)
}

// fill writes nodes, rows, roots and types.
func fill(ctx context.Context, src *source.Source, rec *records, h *heap, b *graph.Builder, exe *gotype.Exe) (*detail, error) {
	workers := src.Options.Workers
	const part = 4096 // batches
	if err := graph.Parallel(ctx, (len(h.batches)+part-1)/part, workers, func(i int) error {
		for k := i * part; k < min((i+1)*part, len(h.batches)); k++ {
			b.SetSizes(h.first[k], int(h.first[k+1]-h.first[k]), h.batches[k].size)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	d := &detail{src: src, heap: h, exe: exe, g: b.Graph(), typer: gotype.NewTyper(exe, b)}
	d.typer.Content = d.content
	r := &rows{src: src, heap: h, b: b, typer: d.typer, claim: newClaims(exe, rec)}
	if err := b.BuildRows(ctx, workers, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		if err := r.fill(w, lo, hi); err != nil {
			return err
		}
		return src.Report(ctx, "reading references", int64(hi), int64(h.index.Len()))
	}); err != nil {
		return nil, err
	}
	rs := &roots{src: src, b: b, heap: h, exe: exe, typer: d.typer, locals: map[uint64][]gotype.Local{}, ids: map[uint64]graph.ThreadID{},
		words: window{src: src}, lists: window{src: src}}
	if err := rs.beforeTypes(rec); err != nil {
		return nil, err
	}
	if err := src.Report(ctx, "finding types", 0, 1); err != nil {
		return nil, err
	}
	if err := d.typer.Run(ctx, workers); err != nil {
		return nil, err
	}
	rs.finalizers(rec)
	if rec.rootsLost() {
		return d, b.AddResidue(ctx, "dump", graph.NewBitset(b.Graph().Len()))
	}
	return d, nil
}

// beforeTypes adds the roots that tell types.
func (r *roots) beforeTypes(rec *records) error {
	now := r.exe.Clock(r.memory(rec))
	for i := range rec.goroutines {
		now = max(now, rec.goroutines[i].since)
	}
	r.places = gotype.NewPlaces(r.exe, r.b, now)
	if r.exe != nil {
		r.statics = r.exe.Statics(r.memory(rec))
		r.typer.Statics, r.typer.Data = r.statics, r.memory(rec)
	}
	for i := range rec.segments {
		if err := r.segment(&rec.segments[i]); err != nil {
			return err
		}
	}
	for i := range rec.goroutines {
		if err := r.goroutine(&rec.goroutines[i]); err != nil {
			return err
		}
	}
	r.calls(rec)
	r.others(rec)
	return nil
}

// describe completes what is known of the dump.
func describe(info *graph.Info, rec *records, h *heap) {
	info.RuntimeVersion = rec.params.version
	fact := func(name, value string) { info.Facts = append(info.Facts, graph.Fact{Name: name, Value: value}) }
	fact("GOARCH", rec.params.arch)
	fact("CPUs", strconv.FormatUint(rec.params.ncpu, 10))
	user := 0
	for i := range rec.goroutines {
		if !rec.goroutines[i].system {
			user++
		}
	}
	fact("goroutines", fmt.Sprintf("%d, and %d of the runtime", user, len(rec.goroutines)-user))
	if s := rec.stats; s != nil {
		info.Process = held(s, h)
		fact("objects by the runtime's count", strconv.FormatUint(s[statHeapObjects], 10))
		fact("garbage collections", strconv.FormatUint(s[statNumGC], 10))
		if s[statLastGC] > 0 && s[statLastGC] < 1<<63 {
			// Files are copied and unpacked; the runtime collects every two minutes.
			info.Taken = time.Unix(0, int64(s[statLastGC])).UTC()
			fact("last garbage collection", time.Unix(0, int64(s[statLastGC])).UTC().Format(time.DateTime))
		}
	}
	if k := len(rec.sites.List); k > 0 {
		fact("allocation sites", strconv.Itoa(k))
	}
}

// held is what the runtime counts of the process's memory: not what C code has, or
// what the program maps itself.
func held(s []uint64, h *heap) (p graph.Process) {
	less := func(a, b uint64) uint64 { return a - min(a, b) }
	var objects uint64
	for k := range h.batches {
		objects += uint64(h.first[k+1]-h.first[k]) * h.batches[k].size
	}
	p.Resident = less(s[statSys], s[statHeapReleased])
	p.Counted = "by the Go runtime; memory of C code and of mapped files is not in it"
	free, spare := less(s[statHeapIdle], s[statHeapReleased]), less(s[statHeapInuse], objects)
	p.Add("free spans of the heap", free)
	p.Add("room and garbage in spans", spare)
	p.Add("goroutine stacks", s[statStackInuse])
	p.Add("the runtime's own", less(p.Resident, objects+free+spare+s[statStackInuse]))
	return p
}

// selfCheck compares the number of objects with what the runtime counted.
func selfCheck(rec *records, h *heap, warn func(graph.Warning)) {
	if rec.stats == nil {
		return
	}
	if want, got := rec.stats[statHeapObjects], uint64(h.index.Len()); got != want {
		warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d objects were read, but the runtime counted %d", got, want),
			Effect: "objects that were freed but not yet swept count for the runtime; more objects than it counted mean a heap layout that is not known"})
	}
}
