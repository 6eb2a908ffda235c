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
// order of the records does not tell.
func (h *heap) neighbours(ctx context.Context, c *collected) error {
	if c.falls*maxFalls < c.records {
		return nil
	}
	var mu sync.Mutex
	free := map[*kinds][]*kinds{} // copies of the first's list with spans of their own
	var all []*kinds
	err := graph.Parallel(ctx, len(c.briefs), h.src.Options.Workers, func(i int) error {
		b := &c.briefs[i]
		mu.Lock()
		var k *kinds
		if list := free[b.kinds]; len(list) > 0 {
			k, free[b.kinds] = list[len(list)-1], list[:len(list)-1]
		} else {
			k = b.kinds.unmeasured()
			all = append(all, k)
		}
		mu.Unlock()
		h.measure(b, k)
		mu.Lock()
		free[b.kinds] = append(free[b.kinds], k)
		mu.Unlock()
		return h.src.Report(ctx, "measuring objects", int64(i), int64(len(c.briefs)))
	})
	c.spans = mergeSpans(all)
	return err
}

// unmeasured is the same kinds without distances.
func (k *kinds) unmeasured() *kinds {
	out := &kinds{list: k.list, spans: make([]span, len(k.list))}
	for i := range out.spans {
		out.spans[i] = newSpan()
	}
	return out
}

// measure notes how far the objects of a brief are from what is behind them.
func (h *heap) measure(b *brief, k *kinds) {
	r := b.reader(h.file.ids)
	for r.read() {
		if next, ok := h.index.After(r.id); ok {
			k.distance(int32(r.kind), r.count, next-r.id)
		}
	}
}
