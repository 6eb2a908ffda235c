package graph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Builder fills a Graph. See the package comment for the order of calls.
type Builder struct {
	g  *Graph
	mu sync.Mutex // roots, warnings, large sizes

	noRecords bool
	budget    *budget
}

// NewBuilder starts the graph of one dump. The references' label width cannot
// be changed later.
func NewBuilder(info Info, labels LabelWidth) *Builder {
	b := &Builder{g: &Graph{info: info, labels: labels, large: map[NodeID]uint64{}}}
	b.g.strs.intern("")
	b.g.detail = noDetail{b.g}
	return b
}

// Info is the graph's Info, to be completed as the reader learns more.
func (b *Builder) Info() *Info { return &b.g.info }

// Types is the table to register types in.
func (b *Builder) Types() *TypeTable { return &b.g.types }

// String interns a string for roots and name labels.
func (b *Builder) String(s string) StringID { return StringID(b.g.strs.intern(s)) }

// SetCount makes a graph of n objects without addresses. It returns
// ErrTooManyObjects if NodeIDs cannot number them, and a *RoomError if they do not
// fit the memory limit of the process. All columns are allocated
// here, so n must have been checked against the size of the dump.
func (b *Builder) SetCount(n int) error {
	if n < 0 || n > MaxNodes {
		return fmt.Errorf("%d objects: %w", n, ErrTooManyObjects)
	}
	if err := room(n); err != nil {
		return err
	}
	g := b.g
	g.n = n
	g.typeOf = Large[TypeID](n)
	g.size32 = Large[uint32](n)
	g.flags = Large[nodeFlags](n)
	if !b.noRecords {
		g.recLo = Large[uint32](n)
		g.recHi = Large[uint8](n)
	}
	return nil
}

// NoRecords saves the memory of record positions, for readers that find an
// object's record otherwise. It is called before the objects are counted.
func (b *Builder) NoRecords() { b.noRecords = true }

// SetAddresses makes a graph of the objects in the index.
func (b *Builder) SetAddresses(ix *AddressIndex) error {
	b.g.addrs = ix
	return b.SetCount(ix.Len())
}

// SetNode sets an object's type, shallow size in bytes and record position.
// Calls for different objects may be concurrent.
func (b *Builder) SetNode(n NodeID, t TypeID, size uint64, record int64) {
	g := b.g
	g.typeOf[n] = t
	if size < sizeLarge {
		g.size32[n] = uint32(size)
	} else {
		g.size32[n] = sizeLarge
		b.mu.Lock()
		g.large[n] = size
		b.mu.Unlock()
	}
	if g.recLo != nil {
		g.recLo[n], g.recHi[n] = uint32(record), uint8(record>>32)
	}
}

// SetSizes sets the shallow size of count objects from n on. Calls for different
// objects may be concurrent.
func (b *Builder) SetSizes(n NodeID, count int, size uint64) {
	if size >= sizeLarge {
		for ; count > 0; count-- {
			b.SetNode(n, b.g.typeOf[n], size, b.g.Record(n))
			n++
		}
		return
	}
	list := b.g.size32[n:][:count]
	for i := range list {
		list[i] = uint32(size)
	}
}

// SetType sets an object's type and how it is known. Calls for different
// objects may be concurrent.
func (b *Builder) SetType(n NodeID, t TypeID, src TypeSource) {
	b.g.typeOf[n] = t
	b.g.flags[n] = b.g.flags[n]&^flagSource | nodeFlags(src)
}

// SetInternal marks an object as a container's inside. Calls for different
// objects may be concurrent, but not with SetType of the same object or with
// BuildRows of its row.
func (b *Builder) SetInternal(n NodeID) { b.g.flags[n] |= flagInternal }

// SetStride says that the objects of a type are equal elements, one after the
// other: slot label l is label l%stride of element l/stride. What the Detailer
// says of the two differs in nothing but the index `[l/stride]` at the front, if
// there is one. Only for SlotLabels; calls must not be concurrent.
func (b *Builder) SetStride(t TypeID, stride uint32) {
	g := b.g
	for len(g.strides) <= int(t) {
		g.strides = append(g.strides, 0)
	}
	g.strides[t] = stride
}

// BuildRows writes the references of all objects. It calls fill for ranges
// [lo, hi) of nodes, several at once (as workers says; 0 means one for each
// core); fill writes the row of each node of its range in order: any number of
// Add, then Next. Extra memory is one range's references for each worker.
func (b *Builder) BuildRows(ctx context.Context, workers int, fill func(w *RowWriter, lo, hi NodeID) error) error {
	g := b.g
	g.rows = make([]rowChunk, (g.n+rowChunkMask)>>rowShift)
	writers := sync.Pool{New: func() any { return &RowWriter{width: g.labels} }}
	var slabs rowSlabs
	var ephemerons atomic.Bool
	err := Parallel(ctx, len(g.rows), workers, func(c int) error {
		w := writers.Get().(*RowWriter)
		defer writers.Put(w)
		w.reset()
		lo := NodeID(c << rowShift)
		hi := NodeID(min(g.n, (c+1)<<rowShift))
		if err := fill(w, lo, hi); err != nil {
			return err
		}
		if len(w.off) != int(hi-lo)+1 {
			return fmt.Errorf("graph: %d rows written for objects %d to %d", len(w.off)-1, lo, hi)
		}
		if uint64(len(w.to)) > 1<<32-1 {
			return fmt.Errorf("graph: objects %d to %d have more than 2^32 references", lo, hi)
		}
		if w.ephemerons {
			ephemerons.Store(true)
		}
		for _, row := range w.kinds {
			g.flags[lo+NodeID(row)] |= flagKinds
		}
		for i := range int(hi - lo) {
			if w.off[i] == w.off[i+1] {
				g.flags[int(lo)+i] |= flagLeaf
			}
		}
		g.rows[c] = w.chunk(&slabs, len(g.rows))
		return nil
	})
	if err != nil {
		return err
	}
	g.ephemerons = ephemerons.Load()
	g.refs = 0
	for i := range g.rows {
		g.refs += int64(len(g.rows[i].to))
	}
	return nil
}

// SetKind changes the kind of reference i of a row, for readers that know it
// only when the types are known. Such references should be rare. Calls must not
// be concurrent and cost least in rising order.
func (b *Builder) SetKind(n NodeID, i int, kind RefKind) {
	g := b.g
	c := &g.rows[n>>rowShift]
	c.setKind(c.off[n&rowChunkMask]+uint32(i), kind)
	g.flags[n] |= flagKinds
}

// AddRoot adds a root. Safe for concurrent use.
func (b *Builder) AddRoot(r Root) {
	if !b.budget.take(rootCost) {
		return
	}
	b.mu.Lock()
	b.g.roots = append(b.g.roots, r)
	b.mu.Unlock()
}

// SetReached says what the roots reach, for readers that know (see
// Graph.Reached). No root may be added afterwards.
func (b *Builder) SetReached(set Bitset) { b.g.reached = set }

// maxWarnings is how many warnings of one text are kept.
const maxWarnings = 8

// Warn adds a warning. Many of one text are kept as one with a count. Safe for
// concurrent use.
func (b *Builder) Warn(w Warning) {
	b.mu.Lock()
	defer b.mu.Unlock()
	same, last := 0, 0
	for i := range b.g.warnings {
		if b.g.warnings[i].What == w.What {
			same, last = same+1, i
		}
	}
	if same >= maxWarnings {
		b.g.warnings[last].Omitted++
		return
	}
	if len(b.g.warnings) < 64*maxWarnings {
		b.g.warnings = append(b.g.warnings, w)
	}
}

// Graph is the graph being built, for reading what has been written so far:
// columns after SetNode, rows after BuildRows.
func (b *Builder) Graph() *Graph { return b.g }

// compareRoots orders roots for Graph.Roots, in the same way however the readers'
// workers came to them.
func (g *Graph) compareRoots(a, b Root) int {
	if c := cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Kind, b.Kind)); c != 0 {
		return c
	}
	if a.Thread != b.Thread {
		x, y := g.Thread(a.Thread), g.Thread(b.Thread)
		if x == nil || y == nil {
			return cmp.Compare(a.Thread, b.Thread)
		}
		if c := cmp.Compare(x.ID, y.ID); c != 0 {
			return c
		}
	}
	return cmp.Or(strings.Compare(g.String(a.Func), g.String(b.Func)), strings.Compare(g.String(a.Var), g.String(b.Var)),
		strings.Compare(g.String(a.Ref), g.String(b.Ref)), cmp.Compare(a.Line, b.Line))
}

// Build ends building. The detail may be nil: then only name labels name
// references. Rows that were never written are empty.
func (b *Builder) Build(detail Detailer) (*Graph, error) {
	g := b.g
	if err := b.Full(); err != nil {
		return nil, err
	}
	if g.rows == nil {
		if err := b.BuildRows(context.Background(), 0, func(w *RowWriter, lo, hi NodeID) error {
			for ; lo < hi; lo++ {
				w.Next()
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	types := g.types.Len()
	for n, t := range g.typeOf {
		if int(t) >= types {
			return nil, fmt.Errorf("graph: object %d has type %d of %d", n, t, types)
		}
	}
	for _, r := range g.roots {
		if int(r.Node) >= g.n {
			return nil, fmt.Errorf("graph: the root %q refers to object %d of %d", g.String(r.Var), r.Node, g.n)
		}
		if int(r.Thread) > len(g.threads) {
			return nil, fmt.Errorf("graph: the root %q is of thread %d of %d", g.String(r.Var), r.Thread, len(g.threads))
		}
	}
	if err := b.settleEphemerons(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(g.roots, g.compareRoots)
	slices.SortStableFunc(g.warnings, func(a, b Warning) int { return cmp.Compare(a.Offset, b.Offset) })
	if detail != nil {
		g.detail = detail
	}
	return g, nil
}
