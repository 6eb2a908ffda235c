package heapsnapshot

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sort"
	"sync"

	"github.com/refgraph/refgraph/graph"
)

// owner says what holds the inside of an object: the table of a map, or the
// properties of an object.
type owner struct {
	inside, holder graph.NodeID
	table          bool
}

// findEdges notes where the edges of each node start, and whose insides are what.
func (r *reader) findEdges(ctx context.Context) error {
	f := r.f
	have, want := f.edges.count/int64(f.edgeLen), r.first[len(r.first)-1]
	if f.cut == "edges" && f.edges.count%int64(f.edgeLen) > 0 || f.cut == "edges" {
		have = max(0, (f.edges.count-1)/int64(f.edgeLen)) // the last number may be cut
	}
	switch {
	case want > have && f.cut == "":
		return f.src.Errorf(f.edges.start, "the nodes have %d edges, the file has %d", want, have)
	case want < have:
		r.b.Warn(graph.Warning{Offset: f.edges.start, What: fmt.Sprintf("%d edges belong to no node", have-want), Effect: "they are left out"})
	}
	x := &edgeScan{r: r, have: min(have, want)}
	if err := f.edges.records(ctx, f.src.Options.Workers, f.edgeLen, "finding references", x.chunk); err != nil && !(f.cut == "edges" && err == io.ErrUnexpectedEOF) {
		return err
	}
	x.rest()
	slices.SortFunc(x.owners, func(a, b owner) int {
		return cmp.Or(cmp.Compare(a.inside, b.inside), cmp.Compare(a.holder, b.holder))
	})
	r.owners = slices.CompactFunc(x.owners, func(a, b owner) bool { return a.inside == b.inside })
	r.sizes, r.large = nil, nil
	return nil
}

type edgeScan struct {
	r      *reader
	have   int64 // edges that are read
	mu     sync.Mutex
	owners []owner
}

// place is a node and the number of its first edge.
type place struct {
	o     ordinal
	start int64
}

// seek returns the first node whose edges start at edge e or behind it, and the
// node that edge e-1 belongs to.
func (r *reader) seek(e int64) (next place, before ordinal) {
	b := sort.Search(len(r.first)-1, func(i int) bool { return r.first[i] >= e })
	b = max(0, b-1)
	next = place{ordinal(b * firstStep), r.first[b]}
	for int(next.o) < len(r.edges) && next.start < e {
		if k := r.edges[r.node(next.o)]; k > 0 {
			next.start += int64(k)
			before = next.o
		}
		next.o++
	}
	return next, before
}

func (x *edgeScan) chunk(_ int, rec *records) error {
	r, l, known := x.r, x.r.f.layout, &x.r.f.strings.known
	next, at := r.seek(rec.index)
	holder := r.node(at)
	var owners []owner
	for rec.index < x.have {
		pos := rec.pos()
		if !rec.next() {
			break
		}
		for e := rec.index - 1; next.start == e && int(next.o) < len(r.edges); next.o++ {
			n := r.node(next.o)
			r.setNode(next.o, n, pos)
			if k := r.edges[n]; k > 0 {
				next.start += int64(k)
				holder = n
			}
		}
		name := rec.v[l.edgeName]
		if (name == uint64(known.table) || name == uint64(known.properties)) && l.edgeKind(rec.v[l.edgeType]) == edgeInternal {
			to, err := r.target(rec)
			if err != nil {
				return err
			}
			owners = append(owners, owner{to, holder, name == uint64(known.table)})
		}
	}
	x.mu.Lock()
	x.owners = append(x.owners, owners...)
	x.mu.Unlock()
	return rec.err
}

// rest sets the nodes that come behind the last edge, and cuts their edges off where
// the file is cut.
func (x *edgeScan) rest() {
	r := x.r
	next, _ := r.seek(x.have)
	if int(next.o) > 0 && next.start > x.have { // the edges of the node before are cut
		n := r.node(next.o - 1)
		r.edges[n] -= uint32(next.start - x.have)
		for o := next.o; int(o) < len(r.edges); o++ {
			r.edges[r.node(o)] = 0
		}
	} else if x.have < r.first[len(r.first)-1] {
		for o := next.o; int(o) < len(r.edges); o++ {
			r.edges[r.node(o)] = 0
		}
	}
	for o := next.o; int(o) < len(r.edges); o++ {
		r.setNode(o, r.node(o), 0)
	}
}

// setNode sets the size of a node and where its edges start.
func (r *reader) setNode(o ordinal, n graph.NodeID, pos int64) {
	size := uint64(r.sizes[o])
	if size == 1<<32-1 {
		size = r.large[o]
	}
	r.b.SetNode(n, 0, size, pos)
}

// target is the node that the edge in rec leads to.
func (r *reader) target(rec *records) (graph.NodeID, error) {
	v := rec.v[r.f.edgeTo]
	o := v / uint64(r.f.nodeLen)
	if o >= uint64(len(r.edges)) || o*uint64(r.f.nodeLen) != v {
		return 0, r.f.src.Errorf(rec.pos(), "an edge leads to number %d, which no node of %d starts with", v, len(r.edges))
	}
	return r.node(ordinal(o)), nil
}
