package goheap

import (
	"context"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// Sites is the memory profile of a dump: where sampled objects were allocated.
type Sites struct {
	List    []Site
	Samples []Sample // objects that were alive, in the order of the dump
	// HeapBytes is the size of all living objects by the runtime's own count; 0 if
	// the dump has none.
	HeapBytes uint64

	byID map[uint64]int // bucket id -> index in List
}

// Site is one place of allocation: a stack and a size.
type Site struct {
	Size          uint64 // of each object, bytes
	Allocs, Frees uint64 // sampled objects
	// Stack is the calls that led to the allocation, innermost first, without
	// the allocator's own.
	Stack []Call
}

// Call is one frame of an allocation's stack.
type Call struct {
	Func, File string
	Line       int
}

// Sample is an object whose allocation was sampled.
type Sample struct {
	Addr uint64
	Site int // index in List
}

// ReadSites returns the allocation sites of a dump, or a *sites.NoneError. It costs a
// pass over the dump; warn, if not nil, is told what cannot be read.
func ReadSites(ctx context.Context, src *source.Source, warn func(graph.Warning)) (*Sites, error) {
	if warn == nil {
		warn = func(graph.Warning) {}
	}
	rec, err := readRecords(ctx, src, warn)
	if err != nil {
		return nil, err
	}
	if len(rec.sites.List) == 0 {
		return nil, &sites.NoneError{Why: "the program does not link runtime.MemProfile (net/http/pprof does)", Do: "refgraph top and refgraph suspects need none"}
	}
	if rec.stats != nil {
		rec.sites.HeapBytes = rec.stats[statHeapAlloc]
	}
	return &rec.sites, nil
}

// readBucket reads a memory profile record.
func (s *Sites) readBucket(c *cursor, r *records) {
	id := c.uint()
	site := Site{Size: c.uint()}
	for n := c.uint(); n > 0 && c.err == nil; n-- { // a call takes bytes, so n is bounded by the dump
		keep(r, c, &site.Stack, Call{r.intern(c.string()), r.intern(c.string()), int(c.uint())}, 0)
		if r.full != nil {
			c.fail(r.full)
		}
	}
	for own := site.Stack; len(own) > 0; own = own[1:] {
		if !strings.HasPrefix(own[0].Func, "runtime.") {
			site.Stack = own
			break
		}
	}
	site.Allocs, site.Frees = c.uint(), c.uint()
	if c.err != nil {
		return
	}
	if s.byID == nil {
		s.byID = map[uint64]int{}
	}
	s.byID[id] = len(s.List)
	keep(r, c, &s.List, site, itabCost)
}

// readSample reads an allocation sample. Samples of unknown buckets are left out.
func (s *Sites) readSample(c *cursor, r *records) {
	addr, id := c.uint(), c.uint()
	if site, ok := s.byID[id]; ok && c.err == nil {
		keep(r, c, &s.Samples, Sample{addr, site}, 0)
	}
}
