package hprof

import (
	"cmp"
	"context"
	"runtime"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// collected is what the first pass over the heap finds.
type collected struct {
	runs    []addrRun
	lone    []uint64 // addresses of segments that are not dense, and of classes
	low     uint64   // all addresses or-ed together, for their alignment
	classes []*class
	names   map[*class][]uint64 // of its static fields and fields
	roots   []record
	briefs  []brief
	kinds   []*kinds         // of the briefs
	spans   map[uint64]*span // by class, or by type of elements
	records int              // objects and classes
	falls   int              // objects with a lower address than the one before them
	err     error            // the first damage
}

// addrRun is the addresses of one segment: a bit for each 8 bytes.
type addrRun struct {
	start uint64
	bits  []uint64
	n     int // slots
}

// aheadSegments is how many segments wait to be read. They are few, so that what one
// goroutine has decompressed to find them is still there for those that read them.
const aheadSegments = 4

// job is a segment and where to put what it has.
type job struct {
	seg segment
	out *part
}

// collect reads the file once, from the position of its first record on: names,
// and of the heap addresses, classes, roots, a brief of each object, and how far
// objects are apart. One goroutine finds the segments, the others read them.
func (h *heap) collect(ctx context.Context, pos int64) (*collected, error) {
	workers := h.src.Options.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		parts []*part
		jobs  = make(chan job, aheadSegments)
		known = make([]kinds, workers)
	)
	err := graph.Parallel(ctx, workers+1, workers+1, func(i int) error {
		if i > 0 {
			return h.work(ctx, cancel, jobs, &known[i-1])
		}
		defer close(jobs)
		return h.file.read(ctx, pos, h.b.Warn, func(seg segment) error {
			p := &part{}
			parts = append(parts, p)
			select {
			case jobs <- job{seg, p}:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	})
	if err != nil {
		return nil, err
	}
	return merge(parts, known), nil
}

// work reads segments until there are no more.
func (h *heap) work(ctx context.Context, cancel func(error), jobs <-chan job, k *kinds) error {
	c := &collector{scanner: scanner{window: window{src: h.src}, ids: h.file.ids}, kinds: k, h: h, brief: briefWriter{ids: h.file.ids}}
	err := graph.Guard(func() error {
		for j := range jobs {
			p, err := c.segment(ctx, j.seg)
			if err != nil {
				return err
			}
			*j.out = p
		}
		return nil
	})
	if err != nil {
		cancel(err)
	}
	return err
}

// What is kept of a class, of each of its fields and of a root, in bytes.
const (
	classCost = 600
	fieldCost = 60
	rootCost  = 180
)

// part is what one segment has.
type part struct {
	run     addrRun
	lone    []uint64
	low     uint64
	classes []*class
	names   [][]uint64
	roots   []record
	briefs  []brief
	records int
	falls   int
	err     error // damage
}

// merge puts the parts together, in the order of the file.
func merge(parts []*part, known []kinds) *collected {
	c := &collected{names: map[*class][]uint64{}}
	for _, p := range parts {
		if p.run.n > 0 {
			c.runs = append(c.runs, p.run)
		}
		c.lone = append(c.lone, p.lone...)
		c.low |= p.low
		for k, x := range p.classes {
			c.classes = append(c.classes, x)
			c.names[x] = p.names[k]
		}
		c.roots = append(c.roots, p.roots...)
		c.briefs = append(c.briefs, p.briefs...)
		c.records += p.records
		c.falls += p.falls
		if p.err != nil && c.err == nil {
			c.err = p.err
		}
	}
	for i := range known {
		c.kinds = append(c.kinds, &known[i])
	}
	c.spans = mergeSpans(c.kinds)
	slices.SortFunc(c.runs, func(a, b addrRun) int { return cmp.Compare(a.start, b.start) })
	return c
}

// collector is one worker of the first pass.
type collector struct {
	scanner
	h     *heap
	kinds *kinds
	brief briefWriter
	addrs []uint64
}

// segment reads one segment. Damage is not an error: what is before it stays.
func (c *collector) segment(ctx context.Context, seg segment) (part, error) {
	var (
		p    part
		r    record
		prev struct { // object
			id    uint64 // 0 if there was none
			kind  int32
			count uint32
		}
	)
	c.reset(seg)
	c.brief.list = nil
	c.addrs = c.addrs[:0]
	for k := 0; c.next(&r); k++ {
		if k&(1<<16-1) == 1<<16-1 {
			if err := ctx.Err(); err != nil {
				return p, err
			}
		}
		switch {
		case r.isObject():
			if prev.id != 0 && r.id > prev.id {
				c.kinds.distance(prev.kind, prev.count, r.id-prev.id)
			} else if prev.id != 0 {
				p.falls++
			}
			i, err := c.kinds.number(kindOf(&r), c.src)
			if err != nil {
				return p, err
			}
			c.addrs = append(c.addrs, r.id)
			p.low |= r.id
			prev.id, prev.kind, prev.count = r.id, i, r.count
			c.brief.add(c.kinds, i, &r, c.pos)
		case r.tag == subClass:
			x, names, err := c.parseClass(&r)
			if err != nil {
				c.short(err)
				break
			}
			if err := c.h.src.Charge(classCost + fieldCost*(len(x.Statics)+len(x.Own))); err != nil {
				return p, err
			}
			p.classes, p.names = append(p.classes, &x), append(p.names, names)
			p.lone = append(p.lone, r.id)
			p.low |= r.id
			prev.id = 0
		case r.id != 0: // a root without an object is none
			if err := c.h.src.Charge(rootCost); err != nil {
				return p, err
			}
			p.roots = append(p.roots, r)
		}
	}
	c.brief.flush(c.kinds)
	p.briefs = c.brief.list
	p.err = c.err
	p.records = len(c.addrs) + len(p.classes)
	c.pack(&p)
	if p.err != nil && !isSyntax(p.err) {
		return p, p.err
	}
	return p, nil
}

// pack keeps the addresses of a segment as bits, if that takes less room.
func (c *collector) pack(p *part) {
	if len(c.addrs) == 0 {
		return
	}
	lo, hi := slices.Min(c.addrs), slices.Max(c.addrs)
	slots := (hi-lo)/8 + 1
	if p.low&7 != 0 || slots > uint64(64*len(c.addrs)) {
		p.lone = append(p.lone, c.addrs...)
		return
	}
	p.run = addrRun{start: lo, bits: make([]uint64, (slots+63)/64), n: int(slots)}
	for _, a := range c.addrs {
		i := (a - lo) / 8
		p.run.bits[i>>6] |= 1 << (i & 63)
	}
}
