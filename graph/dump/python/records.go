package python

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

const magic = "refgraph python heap\n"

// version is the newest version of the format that this package reads.
const version = 2

// recordHead is the length of a record's tag and length.
const recordHead = 9

// Match reports whether a file that starts with head is a dump of
// refgraph_dump.py.
func Match(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// flags of a batch
const (
	wideSizes  = 1 << iota // sizes take 8 bytes each, not 4
	manyShapes             // each object has its own shape
	hasSites
	hasRefs
	hasTexts
	hasHashes
)

// batch is one batch record: objects of one type in columns. The slices are
// parts of the mapped file.
type batch struct {
	start     int // number of the first object, counting in the order of the file
	n         int
	typ       uint32
	flags     uint32
	shape     uint32
	ids       []byte // 8 bytes each
	sizes     []byte // 4 or 8
	refcounts []byte // 4
	shapes    []byte // 4, with manyShapes
	sites     []byte // 4, with hasSites
	ends      []byte // 4, with hasRefs: where each object's references end
	targets   []byte // 8
	textEnds  []byte // 4, with hasTexts
	texts     []byte
	hashes    []byte // 8, with hasHashes
}

func u32(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
func u64(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }

func (b *batch) size(i int) uint64 {
	if b.flags&wideSizes != 0 {
		return u64(b.sizes, i)
	}
	return uint64(u32(b.sizes, i))
}

func (b *batch) shapeOf(i int) uint32 {
	if b.flags&manyShapes != 0 {
		return u32(b.shapes, i)
	}
	return b.shape
}

func (b *batch) site(i int) uint32 {
	if b.flags&hasSites != 0 {
		return u32(b.sites, i)
	}
	return 0
}

// row returns the targets of object i, 8 bytes each.
func (b *batch) row(i int) []byte {
	if b.flags&hasRefs == 0 {
		return nil
	}
	lo := uint32(0)
	if i > 0 {
		lo = u32(b.ends, i-1)
	}
	return b.targets[8*int(lo) : 8*int(u32(b.ends, i))]
}

// text returns the value of object i, if the dump has values.
func (b *batch) text(i int) (string, bool) {
	if b.flags&hasTexts == 0 {
		return "", false
	}
	lo := uint32(0)
	if i > 0 {
		lo = u32(b.textEnds, i-1)
	}
	return string(b.texts[lo:u32(b.textEnds, i)]), true
}

// hash tells equal contents of objects of one type; 0 if it is not known.
func (b *batch) hash(i int) uint64 {
	if b.flags&hasHashes == 0 {
		return 0
	}
	return u64(b.hashes, i)
}

// parseBatch checks and cuts a batch record. It reports what is wrong, or "".
func parseBatch(p []byte) (b batch, wrong string) {
	if len(p) < 16 {
		return b, "batch record too short"
	}
	n := int(u32(p, 0))
	b = batch{n: n, typ: u32(p, 1), flags: u32(p, 2), shape: u32(p, 3)}
	if b.flags >= hasHashes<<1 {
		return b, "batch record with unknown flags"
	}
	c := cutter{p: p[16:]}
	b.ids = c.cut(n, 8)
	width := 4
	if b.flags&wideSizes != 0 {
		width = 8
	}
	b.sizes, b.refcounts = c.cut(n, width), c.cut(n, 4)
	if b.flags&manyShapes != 0 {
		b.shapes = c.cut(n, 4)
	}
	if b.flags&hasSites != 0 {
		b.sites = c.cut(n, 4)
	}
	if b.flags&hasRefs != 0 {
		b.ends = c.cut(n, 4)
		b.targets = c.cut(c.last(b.ends), 8)
	}
	if b.flags&hasTexts != 0 {
		b.textEnds = c.cut(n, 4)
		b.texts = c.cut(c.last(b.textEnds), 1)
	}
	if b.flags&hasHashes != 0 {
		b.hashes = c.cut(n, 8)
	}
	if c.short || n == 0 || len(c.p) != 0 {
		return b, "batch record whose columns do not fit its length"
	}
	return b, ""
}

// cutter cuts columns off a record.
type cutter struct {
	p     []byte
	short bool
}

func (c *cutter) cut(n, width int) []byte {
	if n < 0 || n > len(c.p)/width {
		c.short = true
		n = 0
	}
	col := c.p[:n*width]
	c.p = c.p[n*width:]
	return col
}

// last is the last entry of a column of ends, which must not fall.
func (c *cutter) last(ends []byte) int {
	prev := uint32(0)
	for i := range len(ends) / 4 {
		e := u32(ends, i)
		if e < prev {
			c.short = true
			return 0
		}
		prev = e
	}
	return int(prev)
}

// scan reads all records. What is damaged at the end is left out with a
// warning if anything was good before.
func scan(ctx context.Context, src *source.Source) (*file, error) {
	f := &file{src: src, fileNames: map[string]string{}}
	off := int64(len(magic))
	if head, err := src.Slice(0, len(magic)); err != nil || !Match(head) {
		return nil, source.ErrNotMine
	}
	for off < src.Size {
		if err := src.Report(ctx, "reading objects", off, src.Size); err != nil {
			return nil, err
		}
		head, err := src.Slice(off, recordHead)
		if err != nil {
			return f, f.cut(off, "the dump ends within a record")
		}
		if head[0] < 'A' || head[0] > 'Z' {
			return f, f.cut(off, "something that is not a record")
		}
		n := binary.LittleEndian.Uint64(head[1:])
		if n > uint64(src.Size-off-recordHead) {
			return f, f.cut(off, "the dump ends within a record")
		}
		payload, err := src.Slice(off+recordHead, int(n))
		if err != nil {
			return nil, src.Errorf(off, "record cannot be read: %v", err)
		}
		if err := f.record(head[0], payload, off); err != nil {
			return nil, err
		}
		off += recordHead + int64(n)
	}
	if f.header == nil {
		return nil, src.Errorf(off, "the dump has no header")
	}
	if f.end == nil {
		return f, f.cut(off, "the dump has no end record")
	}
	return f, ctx.Err()
}

// cut notes that the rest of the dump is missing.
func (f *file) cut(off int64, what string) error {
	if f.header == nil {
		return f.src.Errorf(off, "%s, before its header", what)
	}
	f.warnings = append(f.warnings, graph.Warning{Offset: off, What: what, Effect: "objects and references after it are missing"})
	return nil
}
