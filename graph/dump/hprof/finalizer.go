package hprof

import "github.com/refgraph/refgraph/graph"

// finalizerRoots adds the objects that wait for their finalizers: no live object
// refers to them, but the JVM's queue keeps them until finalize() has run. In the
// dump they hang on a reference that does not retain.
func (h *heap) finalizerRoots(d *detail) {
	c := h.byName("java.lang.ref.Finalizer")
	if c == nil {
		return
	}
	for _, s := range c.Statics {
		if s.Name != "queue" || s.Type != typeObject {
			continue
		}
		queue, ok := h.index.Lookup(s.Value)
		if !ok {
			continue
		}
		at, ok := d.follow(queue, "head")
		for range h.index.Len() { // a damaged dump can have a queue in a circle
			if !ok {
				break
			}
			if n, ok := d.follow(at, "referent"); ok {
				h.b.AddRoot(graph.Root{Node: n, Kind: graph.RootFinalizer, Rank: graph.RankUser, Var: h.b.String("waits for its finalizer")})
			}
			next, more := d.followIn(at, javaReference, "next") // a Finalizer has one of its own
			if ok = more && next != at; ok {
				at = next
			}
		}
	}
}
