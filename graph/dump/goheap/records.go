package goheap

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"unsafe"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// magic starts every dump.
const magic = "go1.7 heap dump\n"

// Match reports whether a file that starts with head is a dump of WriteHeapDump.
func Match(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// params is the params record.
type params struct {
	bigEndian bool
	ptrSize   uint64
	lo, hi    uint64 // of the heap's arenas
	arch      string
	version   string
	ncpu      uint64
}

type itab struct{ addr, typ uint64 }

// typeRecord is a type record; there are some only for types in itabs.
type typeRecord struct {
	size uint64
	name string
}

type goroutine struct {
	addr, id, status   uint64
	system             bool
	since              int64 // when the collector first saw it waiting; 0 if it did not
	reason             string
	ctxt, m            uint64
	deferred, panicked uint64
	frames             []frame // newest first
}

type frame struct {
	sp, depth uint64
	contents  extent // [sp, caller's sp)
	entry, pc uint64
	continpc  uint64
	fn        string
	fields    int64 // position of the field list
}

type finalizer struct {
	obj, fn, pc uint64
	queued      bool
}

type deferRecord struct{ addr, g, fn, pc uint64 }

type panicRecord struct{ addr, g, typ, data uint64 }

type segment struct {
	name   string // data or bss
	addr   uint64
	body   extent
	fields int64
}

type otherRoot struct {
	what string
	addr uint64
}

// records is everything in a dump but the objects' contents.
type records struct {
	params     params
	itabs      []itab
	types      map[uint64]typeRecord
	batches    []batch // in the order of the dump
	goroutines []goroutine
	segments   []segment
	finalizers []finalizer
	defers     []deferRecord
	panics     []panicRecord
	others     []otherRoot
	stats      []uint64 // memstats; nil if missing
	sites      Sites
	complete   bool // the dump has its end record

	names map[string]string // one copy of each function name
	src   *source.Source
	full  error // of source.Charge
}

// memstats, by position in the record.
const (
	statSys          = 2
	statHeapAlloc    = 6
	statHeapIdle     = 8
	statHeapInuse    = 9
	statHeapReleased = 10
	statHeapObjects  = 11
	statStackInuse   = 12
	statLastGC       = 22
	statNumGC        = 24 + 256
	numStats         = statNumGC + 1
)

// readRecords reads the whole dump. Damage after the params record ends the
// reading, or skips to where objects start again, with a warning.
func readRecords(ctx context.Context, src *source.Source, warn func(graph.Warning)) (*records, error) {
	r := &records{types: map[uint64]typeRecord{}, names: map[string]string{}, src: src}
	c := &cursor{w: &window{src: src}, pos: int64(len(magic))}
	if tag := c.uint(); c.err == nil && tag != tagParams {
		return nil, src.Errorf(c.pos-1, "a record of kind %d where the parameters should be", tag)
	}
	r.readParams(c)
	if c.err != nil {
		return nil, &source.SyntaxError{File: src.Name, Offset: c.pos, What: "the parameters cannot be read", Err: c.err}
	}
	if err := r.params.check(src); err != nil {
		return nil, err
	}
	s := &scanner{src: src, lo: r.params.lo, hi: r.params.hi}
	for !r.complete {
		at := c.pos
		tag := c.uint()
		if c.err == nil && tag == tagObject {
			list, end, err := s.objects(ctx, r.batches, at)
			if err != nil {
				return nil, err
			}
			r.batches, c.pos = list, end
			if end == at {
				c.fail(fmt.Errorf("not a heap object of this dump"))
			}
		} else {
			r.read(c, tag)
		}
		if err := cmp.Or(ctx.Err(), r.full); err != nil {
			return nil, err
		}
		if c.err != nil && !r.recover(ctx, c, s, at, tag, warn) {
			break
		}
	}
	return r, ctx.Err()
}

// recover continues after a record that cannot be read: with the next objects,
// as long as nothing that follows the objects has been read. It reports
// whether there are any.
func (r *records) recover(ctx context.Context, c *cursor, s *scanner, at int64, tag uint64, warn func(graph.Warning)) bool {
	w := graph.Warning{Offset: at, What: fmt.Sprintf("%s cannot be read: %v", tagName(tag), c.err)}
	if at >= c.w.src.Size {
		w.What = "the dump ends early"
	}
	next := c.w.src.Size
	if len(r.goroutines)+len(r.segments) == 0 {
		next = s.resync(ctx, at+1)
	}
	if next >= c.w.src.Size {
		w.Effect = "what follows was not read: " + r.missing()
		warn(w)
		return false
	}
	w.Effect = fmt.Sprintf("%d bytes were skipped; objects in them are missing", next-at)
	warn(w)
	c.pos, c.err = next, nil
	return true
}

// rootsLost reports whether the dump ends before its last roots: those are
// behind the objects and the goroutines.
func (r *records) rootsLost() bool { return len(r.segments) < 2 }

// missing says what a dump that ends here lacks.
func (r *records) missing() string {
	switch {
	case len(r.goroutines) == 0 && len(r.segments) == 0:
		return "objects may be missing, and no GC roots are known"
	case r.rootsLost():
		return "global variables are not known as GC roots"
	case r.stats == nil:
		return "finalizers may be missing"
	}
	return "allocation sites may be missing"
}

func (p *params) check(src *source.Source) error {
	at := int64(len(magic))
	switch {
	case p.bigEndian:
		return src.Errorf(at, "a dump of a big-endian program (%s), which is not supported", p.arch)
	case p.ptrSize != 8:
		return src.Errorf(at, "a dump of a program with %d-byte pointers (%s), which is not supported", p.ptrSize, p.arch)
	case p.hi <= p.lo:
		return src.Errorf(at, "damaged parameters: the heap is from 0x%x to 0x%x", p.lo, p.hi)
	}
	return nil
}

var tagNames = [...]string{"the end record", "an object", "a root", "a type", "a goroutine", "a frame", "the parameters",
	"a finalizer", "an itab", "a thread", "the memory statistics", "a queued finalizer", "the data segment",
	"the bss segment", "a deferred call", "a panic", "a memory profile record", "an allocation sample"}

func tagName(tag uint64) string {
	if tag < uint64(len(tagNames)) {
		return tagNames[tag]
	}
	return fmt.Sprintf("a record of unknown kind %d", tag)
}

func (r *records) readParams(c *cursor) {
	p := &r.params
	p.bigEndian = c.uint() != 0
	p.ptrSize = c.uint()
	p.lo, p.hi = c.uint(), c.uint()
	p.arch, p.version = c.string(), c.string()
	p.ncpu = c.uint()
}

// read reads one record that is not an object, behind its tag. Nothing is kept
// of a record that cannot be read.
func (r *records) read(c *cursor, tag uint64) {
	switch tag {
	case tagEOF:
		r.complete = c.err == nil
	case tagOtherRoot:
		root := otherRoot{c.string(), c.uint()}
		keep(r, c, &r.others, root, rootCost+len(root.what))
	case tagType:
		addr := c.uint()
		t := typeRecord{c.uint(), c.string()}
		c.uint() // whether an interface holds a pointer to it
		if c.err == nil {
			r.charge(typeCost + len(t.name))
			r.types[addr] = t
		}
	case tagItab:
		keep(r, c, &r.itabs, itab{c.uint(), c.uint()}, itabCost)
	case tagGoroutine:
		r.readGoroutine(c)
	case tagFrame:
		r.readFrame(c)
	case tagThread:
		c.uint() // address
		c.uint() // id
		c.uint() // the system's id
	case tagData, tagBSS:
		name := "data"
		if tag == tagBSS {
			name = "bss"
		}
		keep(r, c, &r.segments, segment{name, c.uint(), c.skip(), c.fields(nil)}, rootCost)
	case tagFinalizer, tagQueuedFinalizer:
		f := finalizer{c.uint(), c.uint(), c.uint(), tag == tagQueuedFinalizer}
		c.uint() // type of the function's parameter
		c.uint() // type of the object's pointer
		keep(r, c, &r.finalizers, f, rootCost)
	case tagDefer:
		addr, g := c.uint(), c.uint()
		c.uint() // sp
		c.uint() // pc
		d := deferRecord{addr, g, c.uint(), c.uint()}
		c.uint() // link
		keep(r, c, &r.defers, d, rootCost)
	case tagPanic:
		p := panicRecord{c.uint(), c.uint(), c.uint(), c.uint()}
		c.uint() // not used any more
		c.uint() // link
		keep(r, c, &r.panics, p, rootCost)
	case tagMemStats:
		stats := make([]uint64, numStats)
		for i := range stats {
			stats[i] = c.uint()
		}
		if c.err == nil {
			r.stats = stats
		}
	case tagMemProf:
		r.sites.readBucket(c, r)
	case tagAllocSample:
		r.sites.readSample(c, r)
	default:
		c.fail(fmt.Errorf("unknown kind"))
	}
}

// What is kept of a record besides its struct, in bytes: roots of the graph with
// their names, and types by address.
const (
	rootCost = 150
	typeCost = 100
	itabCost = 80
)

// charge counts what is kept of records; see source.Charge.
func (r *records) charge(bytes int) { r.full = cmp.Or(r.full, r.src.Charge(bytes)) }

// keep appends a record that could be read, of which rest more bytes are kept
// elsewhere.
func keep[T any](r *records, c *cursor, list *[]T, v T, rest int) {
	if c.err == nil {
		r.charge(int(unsafe.Sizeof(v)) + rest)
		*list = append(*list, v)
	}
}

// intern returns one copy of equal strings.
func (r *records) intern(s string) string {
	if k, ok := r.names[s]; ok {
		return k
	}
	r.charge(typeCost + len(s))
	r.names[s] = s
	return s
}

func (r *records) readGoroutine(c *cursor) {
	var g goroutine
	g.addr = c.uint()
	c.uint() // sp
	g.id = c.uint()
	c.uint() // pc of the go statement
	g.status = c.uint()
	g.system = c.uint() != 0
	c.uint() // was: is a background goroutine
	g.since = int64(c.uint())
	g.reason = r.intern(c.string())
	g.ctxt, g.m = c.uint(), c.uint()
	g.deferred, g.panicked = c.uint(), c.uint()
	keep(r, c, &r.goroutines, g, rootCost)
}

func (r *records) readFrame(c *cursor) {
	f := frame{sp: c.uint(), depth: c.uint()}
	c.uint() // sp of the callee
	f.contents = c.skip()
	f.entry, f.pc, f.continpc = c.uint(), c.uint(), c.uint()
	f.fn = r.intern(c.string())
	f.fields = c.fields(nil)
	if len(r.goroutines) == 0 {
		c.fail(fmt.Errorf("a frame without a goroutine"))
	}
	if c.err == nil {
		g := &r.goroutines[len(r.goroutines)-1]
		keep(r, c, &g.frames, f, 0)
	}
}
