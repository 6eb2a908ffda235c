package heapsnapshot

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
)

// ordinal is the place of a node in the file.
type ordinal uint32

// nodeColumns is what nodes have besides what the graph keeps, by ordinal until the
// NodeIDs are known and by NodeID from then on.
type nodeColumns struct {
	kind     []nodeKind
	name     []uint32 // strings
	edges    []uint32 // how many
	detached []uint8  // 2 for detached DOM nodes; nil if the file does not say
	trace    []uint32 // nodes of the trace tree; nil if there is none
}

// readNodes reads the nodes and numbers them by their ids. Memory beyond the graph's
// is 16 bytes a node, and 9 are kept.
func (r *reader) readNodes(ctx context.Context) error {
	f := r.f
	count := f.nodes.count / int64(f.nodeLen)
	switch {
	case count > graph.MaxNodes:
		return graph.ErrTooManyObjects
	case count == 0:
		return f.src.Errorf(f.nodes.start, "the snapshot has no nodes")
	case f.nodes.count%int64(f.nodeLen) != 0:
		return f.src.Errorf(f.nodes.start, "%d numbers do not make nodes of %d", f.nodes.count, f.nodeLen)
	}
	n := int(count)
	r.sizes, r.large = make([]uint32, n), map[ordinal]uint64{}
	x := &nodeScan{r: r, ids: make([]uint64, n)}
	r.nodeColumns = nodeColumns{kind: graph.Large[nodeKind](n), name: graph.Large[uint32](n), edges: graph.Large[uint32](n)}
	if f.nodeDetached >= 0 {
		r.detached = make([]uint8, n)
	}
	if f.nodeTrace >= 0 && f.TraceCount > 0 {
		r.trace = make([]uint32, n)
	}
	if err := f.nodes.records(ctx, f.src.Options.Workers, f.nodeLen, "reading nodes", x.chunk); err != nil {
		return err
	}
	if f.julia != nil && len(f.julia.types) > narrow && !x.wide.Load() {
		f.julia.fold(f.nodeKinds)
		if err := f.nodes.records(ctx, f.src.Options.Workers, f.nodeLen, "reading nodes", x.chunk); err != nil {
			return err
		}
	}
	if err := r.number(x.ids); err != nil {
		return err
	}
	r.first = firstEdges(r.edges) // by ordinal
	r.sortColumns()
	return nil
}

// nodeScan is what is only needed until the nodes are numbered.
type nodeScan struct {
	r    *reader
	ids  []uint64
	wide atomic.Bool // there is a type that takes more than a byte
	mu   sync.Mutex  // of r.large
}

func (x *nodeScan) chunk(_ int, rec *records) error {
	l, r := x.r.f.layout, x.r
	for rec.next() {
		o := rec.index - 1
		if o >= int64(len(x.ids)) {
			break
		}
		v := &rec.v
		if v[l.nodeName] > 1<<32-1 || v[l.nodeEdges] > 1<<32-1 {
			return r.f.src.Errorf(rec.pos(), "node %d has the name %d and %d edges", o, v[l.nodeName], v[l.nodeEdges])
		}
		if v[l.nodeType] >= narrow && !x.wide.Load() {
			x.wide.Store(true)
		}
		x.ids[o] = v[l.nodeID]
		r.kind[o], r.name[o], r.edges[o] = l.nodeKind(v[l.nodeType]), uint32(v[l.nodeName]), uint32(v[l.nodeEdges])
		if r.detached != nil {
			r.detached[o] = uint8(min(v[l.nodeDetached], 3))
		}
		if r.trace != nil {
			r.trace[o] = uint32(min(v[l.nodeTrace], 1<<32-1))
		}
		if size := v[l.nodeSize]; size < 1<<32-1 {
			r.sizes[o] = uint32(size)
		} else {
			r.sizes[o] = 1<<32 - 1
			x.mu.Lock()
			r.large[ordinal(o)] = size
			x.mu.Unlock()
		}
	}
	return rec.err
}

// number gives each node the rank of its id as NodeID. Where two have one id, all are
// known by their places.
func (r *reader) number(ids []uint64) error {
	ix := graph.NewAddressIndexer(0)
	sorted := true
	for i := 0; i < len(ids); {
		k := i + 1
		for ; k < len(ids) && ids[k] == ids[k-1]+2; k++ { // as V8 hands them out
		}
		if k-i > 4 {
			ix.AddRun(ids[i], 2, k-i)
		} else {
			for _, id := range ids[i:k] {
				ix.Add(id)
			}
		}
		if k < len(ids) && ids[k] <= ids[k-1] {
			sorted = false
		}
		i = k
	}
	index, err := ix.Build()
	if err != nil {
		return r.f.src.Errorf(r.f.nodes.start, "ids of nodes: %v", err)
	}
	if index.Len() != len(ids) {
		r.b.Warn(graph.Warning{Offset: r.f.nodes.start, What: fmt.Sprintf("%d nodes have the id of another", len(ids)-index.Len()),
			Effect: "objects are shown by their place in the file, not by their id"})
		r.root = 0
		return r.b.SetCount(len(ids))
	}
	if err := r.b.SetAddresses(index); err != nil {
		return err
	}
	if sorted {
		return nil
	}
	r.nodeOf = graph.Large[graph.NodeID](len(ids))
	for o, id := range ids {
		n, _ := index.Lookup(id)
		r.nodeOf[o] = n
	}
	r.root = r.nodeOf[0]
	return nil
}

// node is the NodeID of a place in the file.
func (r *reader) node(o ordinal) graph.NodeID {
	if r.nodeOf == nil {
		return graph.NodeID(o)
	}
	return r.nodeOf[o]
}

// sortColumns puts the columns from the order of the file into that of NodeIDs.
func (r *reader) sortColumns() {
	if r.nodeOf == nil {
		return
	}
	r.kind, r.name, r.edges = permute(r.kind, r.nodeOf), permute(r.name, r.nodeOf), permute(r.edges, r.nodeOf)
	r.detached, r.trace = permute(r.detached, r.nodeOf), permute(r.trace, r.nodeOf)
}

func permute[T any](a []T, to []graph.NodeID) []T {
	if a == nil {
		return nil
	}
	out := graph.Large[T](len(a))
	for o, v := range a {
		out[to[o]] = v
	}
	return out
}

// firstEdges is the number of the first edge of every 1024th node, and at the end the
// number of all edges.
func firstEdges(counts []uint32) []int64 {
	var list []int64
	sum := int64(0)
	for i, k := range counts {
		if i%firstStep == 0 {
			list = append(list, sum)
		}
		sum += int64(k)
	}
	return append(list, sum)
}

const firstStep = 1024
