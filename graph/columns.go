package graph

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"slices"
	"unsafe"
)

// Columns is a graph, or a result about one, as named plain arrays, for keeping
// it in a file that is mapped when it is needed again. Parts of one column are
// written one after the other. The bytes are as this machine and this build of
// the program have them in memory: they are no format for exchange.
type Columns map[string][][]byte

// ErrColumns is returned for columns that do not make a graph.
var ErrColumns = errors.New("columns do not fit together")

// Pack returns the memory of an array as bytes. T must not hold pointers.
func Pack[T any](a []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(a))), len(a)*int(unsafe.Sizeof(*new(T))))
}

// Unpack is the reverse of Pack; it does not copy. Bytes that do not make whole
// elements, or are not aligned for them, are an error.
func Unpack[T any](b []byte) ([]T, error) {
	size, align := int(unsafe.Sizeof(*new(T))), unsafe.Alignof(*new(T))
	if len(b)%size != 0 || uintptr(unsafe.Pointer(unsafe.SliceData(b)))%align != 0 {
		return nil, fmt.Errorf("%d bytes for elements of %d: %w", len(b), size, ErrColumns)
	}
	if len(b) == 0 {
		return nil, nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/size), nil
}

// header is what a graph has besides arrays.
type header struct {
	Info     Info
	N        int
	Refs     int64
	Labels   LabelWidth
	Records  bool
	Types    []string
	About    map[TypeID]TypeInfo
	Strides  []uint32
	Strings  []string
	Large    map[NodeID]uint64
	Bounds   map[NodeID]StringID
	Warnings []Warning
	Chunks   []chunkHeader
	Addrs    *addrHeader
}

type chunkHeader struct{ Refs, Far, Odd int }

type addrHeader struct {
	Shift  uint8
	N      int
	Starts []uint64
	First  uint64
	Sorted bool
}

// Columns returns the arrays of a graph, without copying them, and the rest as
// a gob in the column "graph".
func (g *Graph) Columns() (Columns, error) {
	h := header{Info: g.info, N: g.n, Refs: g.refs, Labels: g.labels, Records: g.recLo != nil, Types: g.types.names.list, About: g.types.about, Strides: g.strides, Strings: g.strs.list, Large: g.large, Bounds: g.bounds, Warnings: g.warnings}
	c := Columns{
		"types": {Pack(g.typeOf)}, "sizes": {Pack(g.size32)}, "flags": {Pack(g.flags)},
		"records": {Pack(g.recLo)}, "records.high": {Pack(g.recHi)}, "roots": {Pack(g.roots)}, "threads": {Pack(g.threads)},
	}
	for i := range g.rows {
		r := &g.rows[i]
		h.Chunks = append(h.Chunks, chunkHeader{len(r.to), len(r.far), len(r.odd)})
		c["rows"] = append(c["rows"], Pack(r.off))
		c["references"] = append(c["references"], Pack(r.to))
		c["slots"] = append(c["slots"], Pack(r.slots))
		c["slots.far"] = append(c["slots.far"], Pack(r.far))
		c["names"] = append(c["names"], Pack(r.names))
		c["kinds"] = append(c["kinds"], Pack(r.odd))
	}
	if ix := g.addrs; ix != nil {
		h.Addrs = &addrHeader{Shift: ix.shift, N: ix.n, First: ix.first, Sorted: ix.sorted != nil}
		c["addresses"] = [][]byte{Pack(ix.sorted)}
		c["address.table"] = [][]byte{Pack(ix.table)}
		for i := range ix.regions {
			r := &ix.regions[i]
			h.Addrs.Starts = append(h.Addrs.Starts, r.start)
			c["address.blocks"] = append(c["address.blocks"], Pack(r.blocks[:]))
		}
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(h)
	c["graph"] = [][]byte{b.Bytes()}
	return c, err
}

// FromColumns makes a graph of what Columns returned and was joined to one part
// for each column since. It uses the memory of the columns. The error wraps
// ErrColumns for arrays that do not fit together.
func FromColumns(get func(name string) []byte, detail func(*Graph) Detailer) (*Graph, error) {
	var h header
	if err := gob.NewDecoder(bytes.NewReader(get("graph"))).Decode(&h); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrColumns, err)
	}
	g := &Graph{info: h.Info, n: h.N, refs: h.Refs, labels: h.Labels, strides: h.Strides, large: h.Large, bounds: h.Bounds, warnings: h.Warnings}
	g.types.names.restore(h.Types)
	g.types.about = h.About
	g.strs.restore(h.Strings)
	l := loader{get: get}
	g.typeOf, g.size32 = column[TypeID](&l, "types", h.N), column[uint32](&l, "sizes", h.N)
	g.flags = column[nodeFlags](&l, "flags", h.N)
	if h.Records {
		g.recLo, g.recHi = column[uint32](&l, "records", h.N), column[uint8](&l, "records.high", h.N)
	}
	g.roots, g.threads = column[Root](&l, "roots", -1), column[Thread](&l, "threads", -1)
	g.rows = l.rows(&h)
	g.addrs = l.addresses(h.Addrs)
	if l.err != nil {
		return nil, l.err
	}
	g.detail = detail(g)
	return g, nil
}

// loader takes columns apart and keeps the first error.
type loader struct {
	get func(name string) []byte
	err error
}

// column is a whole column of n elements; any number of them for -1.
func column[T any](l *loader, name string, n int) []T {
	a, err := Unpack[T](l.get(name))
	if err == nil && n >= 0 && len(a) != n {
		err = fmt.Errorf("%s: %d elements of %d: %w", name, len(a), n, ErrColumns)
	}
	if err != nil && l.err == nil {
		l.err = err
	}
	return a
}

// take cuts n elements off the front of a column.
func take[T any](l *loader, a *[]T, n int) []T {
	if n < 0 || n > len(*a) {
		if l.err == nil {
			l.err = fmt.Errorf("%d elements of %d: %w", n, len(*a), ErrColumns)
		}
		return nil
	}
	out := (*a)[:n:n]
	*a = (*a)[n:]
	return out
}

func (l *loader) rows(h *header) []rowChunk {
	chunks := make([]rowChunk, 0, len(h.Chunks))
	if len(h.Chunks) != (h.N+rowChunkMask)>>rowShift {
		l.err = fmt.Errorf("%d chunks of rows: %w", len(h.Chunks), ErrColumns)
		return nil
	}
	off, to := column[uint32](l, "rows", h.N+len(h.Chunks)), column[NodeID](l, "references", int(h.Refs))
	slots, names := column[uint16](l, "slots", -1), column[uint32](l, "names", -1)
	far, odd := column[farRef](l, "slots.far", -1), column[oddRef](l, "kinds", -1)
	for i, c := range h.Chunks {
		r := rowChunk{off: take(l, &off, min(rowChunkLen, h.N-i<<rowShift)+1), to: take(l, &to, c.Refs), far: take(l, &far, c.Far), odd: take(l, &odd, c.Odd)}
		switch h.Labels {
		case SlotLabels:
			r.slots = take(l, &slots, c.Refs)
		case NameLabels:
			r.names = take(l, &names, c.Refs)
		}
		chunks = append(chunks, r)
	}
	return chunks
}

func (l *loader) addresses(h *addrHeader) *AddressIndex {
	if h == nil {
		return nil
	}
	ix := &AddressIndex{shift: h.Shift, n: h.N, first: h.First, table: column[int32](l, "address.table", -1)}
	if h.Sorted {
		ix.sorted = column[uint64](l, "addresses", h.N)
		return ix
	}
	blocks := column[[regionBlocks]addrBlock](l, "address.blocks", len(h.Starts))
	if l.err != nil {
		return nil
	}
	for i, start := range h.Starts {
		ix.regions = append(ix.regions, addrRegion{start, &blocks[i]})
	}
	return ix
}

// restore fills an empty table.
func (t *stringTable) restore(list []string) {
	t.list = slices.Clone(list)
	t.ids = make(map[string]uint32, len(list))
	for i, s := range list {
		if _, dup := t.ids[s]; !dup {
			t.ids[s] = uint32(i)
		}
	}
}

// WrapDetail replaces the Detailer by one that may use it. It must be called
// before the graph is shared.
func (g *Graph) WrapDetail(wrap func(Detailer) Detailer) { g.detail = wrap(g.detail) }
