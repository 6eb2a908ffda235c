package heapsnapshot

import (
	"context"
	"io"

	"github.com/refgraph/refgraph/graph"
)

// buildRows writes the references of all nodes.
func (r *reader) buildRows(ctx context.Context) error {
	src := r.f.src
	return r.b.BuildRows(ctx, src.Options.Workers, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		if err := src.Report(ctx, "reading references", int64(lo), int64(r.g.Len())); err != nil {
			return err
		}
		x, other := newEdgeReader(r), newEdgeReader(r)
		h := holder{r: r, other: other}
		for n := lo; n < hi; n++ {
			edges, err := x.row(n)
			if err != nil {
				return err
			}
			h.reset(n, edges)
			for i := range edges {
				h.write(w, i)
			}
			w.Next()
		}
		x.release(int(hi - lo))
		return ctx.Err()
	})
}

// edge is one edge of the file.
type edge struct {
	kind edgeKind
	name uint64 // a string, or an index
	to   graph.NodeID
}

// edgeReader reads the edges of nodes. It belongs to one goroutine.
type edgeReader struct {
	r      *reader
	rec    *records
	list   []edge
	lo, hi int64 // the part of the file that was read

	shortcuts bool // read those within the heap, too
}

func newEdgeReader(r *reader) *edgeReader {
	return &edgeReader{r: r, rec: r.f.edges.from(0, r.f.edgeLen), lo: 1 << 62}
}

// row reads the edges of a node, but for shortcuts within the heap, which repeat
// others. The slice is good until the next call.
func (x *edgeReader) row(n graph.NodeID) ([]edge, error) {
	x.list = x.list[:0]
	count := x.r.edges[n]
	if count == 0 {
		return nil, nil
	}
	l, rec := x.r.f.layout, x.rec
	rec.to(x.r.g.Record(n))
	x.lo = min(x.lo, rec.pos())
	for range count {
		if !rec.next() {
			if rec.err == nil {
				rec.err = io.ErrUnexpectedEOF
			}
			return nil, rec.err
		}
		to, err := x.r.target(rec)
		if err != nil {
			return nil, err
		}
		if k := l.edgeKind(rec.v[l.edgeType]); k != edgeShortcut || n == x.r.root || x.shortcuts {
			x.list = append(x.list, edge{k, rec.v[l.edgeName], to})
		}
	}
	x.hi = max(x.hi, rec.pos())
	return x.list, nil
}

// release gives the bytes of the file back that were read for some nodes, unless they
// are all over it.
func (x *edgeReader) release(nodes int) {
	const perNode = 1 << 10
	if x.hi > x.lo && x.hi-x.lo < int64(nodes)*perNode {
		x.r.f.src.Release(x.lo, x.hi-x.lo)
	}
}

// to goes to a position of the file.
func (r *records) to(off int64) {
	if d := off - r.off; d >= 0 && d <= int64(len(r.p)) {
		r.i = int(d)
	} else {
		r.off, r.p, r.i = off, nil, 0
	}
	r.last, r.err = r.n.end, nil
}
