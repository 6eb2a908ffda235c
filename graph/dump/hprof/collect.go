package hprof

import (
	"cmp"
	"context"
	"slices"
	"sync"

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

// collect reads all segments once: addresses, classes, roots, and how far objects
// are apart.
func (h *heap) collect(ctx context.Context) (*collected, error) {
	var (
		mu   sync.Mutex
		free []*collector
		segs = h.file.dumps[h.file.chosen].segments
		done int64
		out  = make([]part, len(segs))
	)
	err := graph.Parallel(ctx, len(segs), h.src.Options.Workers, func(i int) error {
		mu.Lock()
		var c *collector
		if k := len(free); k > 0 {
			c, free = free[k-1], free[:k-1]
		} else {
			c = &collector{scanner: scanner{window: window{src: h.src}, ids: h.file.ids}, spans: map[uint64]*span{}, h: h}
		}
		done += segs[i].end - segs[i].pos
		now := done
		mu.Unlock()
		p, err := c.segment(ctx, segs[i])
		out[i] = p
		mu.Lock()
		free = append(free, c)
		mu.Unlock()
		if err != nil {
			return err
		}
		return h.src.Report(ctx, "reading objects", now, h.src.Size)
	})
	if err != nil {
		return nil, err
	}
	return merge(out, free), nil
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
	records int
	falls   int
	err     error // damage
}

// merge puts the parts together, in the order of the file.
func merge(parts []part, workers []*collector) *collected {
	c := &collected{names: map[*class][]uint64{}}
	for i := range parts {
		p := &parts[i]
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
		c.records += p.records
		c.falls += p.falls
		if p.err != nil && c.err == nil {
			c.err = p.err
		}
	}
	c.spans = mergeSpans(workers)
	slices.SortFunc(c.runs, func(a, b addrRun) int { return cmp.Compare(a.start, b.start) })
	return c
}

// collector is one worker of the first pass.
type collector struct {
	scanner
	h     *heap
	addrs []uint64
	spans map[uint64]*span
	last  uint64 // key of lastSpan
	span  *span
}

// segment reads one segment. Damage is not an error: what is before it stays.
func (c *collector) segment(ctx context.Context, seg segment) (part, error) {
	var (
		p    part
		r    record
		prev record
	)
	c.reset(seg)
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
				c.distance(&prev, r.id-prev.id)
			} else if prev.id != 0 {
				p.falls++
			}
			c.addrs = append(c.addrs, r.id)
			p.low |= r.id
			prev = r
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
