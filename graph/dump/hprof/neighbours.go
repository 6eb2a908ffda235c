package hprof

import (
	"context"
	"sync"

	"github.com/refgraph/refgraph/graph"
)

// A JVM whose collector marks on the way (ZGC, Shenandoah) writes objects in the
// order in which it finds them: then the next record is not of the next object.
const maxFalls = 50 // one of so many objects may have a lower address than the one before it

// neighbours measures how far objects are apart by their addresses, where the
// order of the records does not tell. It is a pass of its own over the heap.
func (h *heap) neighbours(ctx context.Context, c *collected) error {
	if c.falls*maxFalls < c.records {
		return nil
	}
	var (
		mu   sync.Mutex
		all  []*collector
		segs = h.file.dumps[h.file.chosen].segments
	)
	pool := sync.Pool{New: func() any {
		x := &collector{scanner: scanner{window: window{src: h.src}, ids: h.file.ids}, spans: map[uint64]*span{}, h: h}
		mu.Lock()
		all = append(all, x)
		mu.Unlock()
		return x
	}}
	err := graph.Parallel(ctx, len(segs), h.src.Options.Workers, func(i int) error {
		x := pool.Get().(*collector)
		defer pool.Put(x)
		x.measure(segs[i])
		return h.src.Report(ctx, "measuring objects", segs[i].end, h.src.Size)
	})
	c.spans = mergeSpans(all)
	return err
}

// measure notes how far the objects of a segment are from what is behind them.
func (c *collector) measure(seg segment) {
	var r record
	c.reset(seg)
	for c.next(&r) {
		if r.isObject() {
			if next, ok := c.h.index.After(r.id); ok {
				c.distance(&r, next-r.id)
			}
		}
	}
}

func mergeSpans(workers []*collector) map[uint64]*span {
	all := map[uint64]*span{}
	for _, w := range workers {
		for id, s := range w.spans {
			if have := all[id]; have != nil {
				have.join(s)
			} else {
				all[id] = s
			}
		}
	}
	return all
}
