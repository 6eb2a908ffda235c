package hprof

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Read builds the graph of a heap dump. It fails with a *source.SyntaxError for
// what is no dump or has nothing usable; what else it cannot read becomes a warning.
// The graph's Detailer reads src again. Two passes over the heap run on all
// cores; the dump is never in memory as a whole.
func Read(ctx context.Context, src *source.Source) (*graph.Graph, error) {
	b := graph.NewBuilder(graph.Info{Name: src.Name, Format: "hprof", Runtime: graph.RuntimeJVM, Taken: src.ModTime}, graph.SlotLabels)
	f, pos, err := newFile(src)
	if err != nil {
		return nil, err
	}
	h := &heap{src: src, file: f, b: b, lost: map[uint64]*class{}}
	c, err := h.collect(ctx, pos)
	if err != nil {
		return nil, err
	}
	if c.records == 0 {
		return nil, src.Errorf(f.dumps[f.chosen].pos, "there are no objects in the heap dump")
	}
	h.link(c)
	h.addTypes()
	repeated, err := h.number(c)
	if err != nil {
		return nil, err
	}
	if err := h.neighbours(ctx, c); err != nil {
		return nil, err
	}
	h.layout = h.findLayout(c)
	h.sizeClasses(c)
	if err := h.nodes(ctx, c, repeated); err != nil {
		return nil, err
	}
	h.sizeOfClasses()
	h.loaders()
	h.describeTypes()
	if err := h.rows(ctx); err != nil {
		return nil, err
	}
	if err := h.fold(ctx); err != nil {
		return nil, err
	}
	d := &detail{h: h, g: b.Graph()}
	h.bounds(d)
	h.roots(c)
	h.finalizerRoots(d)
	if err := h.damage(ctx, c); err != nil {
		return nil, err
	}
	h.describe()
	f.strings, f.loaded, f.frames, f.traces = nil, nil, nil, nil // not needed to show objects
	return b.Build(d)
}

// damage warns of what could not be read, and gives what has lost its holders a
// root.
func (h *heap) damage(ctx context.Context, c *collected) error {
	if c.err != nil {
		h.file.whole = false
		h.b.Warn(graph.Warning{Offset: -1, What: c.err.Error(), Effect: "the rest of that part of the dump is missing"})
	}
	if h.src.Cut != nil {
		h.file.whole = false
		h.b.Warn(graph.Warning{Offset: h.src.Size, What: "the compressed data is damaged: " + h.src.Cut.Error(), Effect: "what came after it is missing"})
	}
	if h.file.whole {
		return nil
	}
	return h.b.AddResidue(ctx, "dump", graph.NewBitset(h.b.Graph().Len()))
}

// describe completes what is known of the dump.
func (h *heap) describe() {
	info := h.b.Info()
	info.PointerSize = int(h.file.ids)
	if !h.file.taken.IsZero() {
		info.Taken = h.file.taken
	}
	fact := func(name, value string) { info.Facts = append(info.Facts, graph.Fact{Name: name, Value: value}) }
	fact("HPROF version", h.file.version)
	fact("object layout", h.layout.String())
	if k := len(h.file.dumps); k > 1 {
		fact("heap dumps in the file", fmt.Sprintf("%d; this is number %d", k, h.file.chosen+1))
	}
}
