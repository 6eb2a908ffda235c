package hprof

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// number makes the index of all addresses. It reports whether some came twice.
func (h *heap) number(c *collected) (repeated bool, err error) {
	shift := uint8(3)
	for shift > 0 && c.low&(1<<shift-1) != 0 {
		shift--
	}
	x := graph.NewAddressIndexer(shift)
	for _, r := range c.runs {
		x.AddSlots(r.start, 8, r.n, r.bits)
	}
	for _, a := range c.lone {
		x.Add(a)
	}
	ix, err := x.Build()
	if errors.Is(err, graph.ErrMisaligned) {
		return false, &source.SyntaxError{File: h.src.Name, What: "damaged object address", Err: err}
	}
	if err != nil {
		return false, err
	}
	h.index = ix
	c.runs, c.lone = nil, nil
	n := c.records - ix.Len()
	if n > 0 {
		h.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d objects have the address of another", n), Effect: "one of each is kept"})
	}
	return n > 0, h.b.SetAddresses(ix)
}

// nodes sets the type and size of every object.
func (h *heap) nodes(ctx context.Context, repeated bool) error {
	for _, x := range h.classes {
		n, ok := h.index.Lookup(x.ID)
		if !ok {
			return fmt.Errorf("hprof: class %s is not in the index", x.Name)
		}
		x.node = n
		h.b.SetNode(n, h.classType, 0, x.Pos)
	}
	workers := h.src.Options.Workers
	if repeated {
		workers = 1 // two records of one address must come in order
	}
	var done atomic.Int64
	segs := h.file.dumps[h.file.chosen].segments
	scanners := make(chan *nodeScanner, len(segs)+1)
	return graph.Parallel(ctx, len(segs), workers, func(i int) error {
		var s *nodeScanner
		select {
		case s = <-scanners:
		default:
			s = &nodeScanner{scanner: scanner{window: window{src: h.src}, ids: h.file.ids}, h: h}
		}
		if err := s.segment(ctx, segs[i]); err != nil {
			return err
		}
		scanners <- s
		return h.src.Report(ctx, "sizing objects", done.Add(segs[i].end-segs[i].pos), h.src.Size)
	})
}

// nodeScanner is one worker of the second pass.
type nodeScanner struct {
	scanner
	h    *heap
	last *class
}

func (s *nodeScanner) segment(ctx context.Context, seg segment) error {
	var r record
	h := s.h
	s.reset(seg)
	for k := 0; s.next(&r); k++ {
		if k&(1<<16-1) == 1<<16-1 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if !r.isObject() {
			continue
		}
		n, ok := h.index.Lookup(r.id)
		if !ok {
			return h.src.Errorf(r.pos, "an object that was not there before: the file changed")
		}
		typ, size := s.kind(&r)
		h.b.SetNode(n, typ, size, r.pos)
	}
	if s.err != nil && !isSyntax(s.err) {
		return s.err
	}
	return nil
}

// kind is the type and size of an object.
func (s *nodeScanner) kind(r *record) (graph.TypeID, uint64) {
	l := &s.h.layout
	if r.tag == subPrimitives || r.tag == subNoData {
		return s.h.arrays[r.elem], l.primitiveArray(r.elem, uint64(r.count))
	}
	c := s.last
	if c == nil || c.ID != r.class {
		if c = s.h.byID[r.class]; c == nil {
			c = s.h.missing(r.class)
		}
		s.last = c
	}
	if r.tag == subObjects {
		return c.typ, l.objectArray(uint64(r.count))
	}
	if c.Missing {
		return c.typ, roundUp(l.Header+uint64(r.count), l.Align)
	}
	return c.typ, c.size
}

// sizeOfClasses sets the sizes of the classes' own objects: what every class has,
// and its static fields. What every class has is the least that any class leaves
// before the next object.
func (h *heap) sizeOfClasses() {
	own := make([]uint64, len(h.classes))
	least := ^uint64(0)
	for i, x := range h.classes {
		for _, s := range x.Statics {
			if s.isHidden() {
				continue
			}
			n := uint64(primitiveSize(s.Type))
			if n == 0 {
				n = h.layout.Ref
			}
			own[i] += n
		}
		if next, ok := h.index.After(x.ID); ok && next-x.ID > own[i] {
			least = min(least, next-x.ID-own[i])
		}
	}
	if base := h.byName(javaLangClass); base != nil {
		const most = 128 // what the JVM adds
		if h.layout.Class = base.size; least > base.size && least <= base.size+most {
			h.layout.Class = least
		}
	}
	for i, x := range h.classes {
		h.b.SetSizes(x.node, 1, roundUp(h.layout.Class+own[i], h.layout.Align))
	}
}

// byName returns the first class of a name.
func (h *heap) byName(name string) *class {
	for _, x := range h.classes {
		if x.Name == name {
			return x
		}
	}
	return nil
}
