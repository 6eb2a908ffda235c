package goheap

// Sites is the memory profile of the dump: where sampled objects were
// allocated. It is empty unless the program links runtime.MemProfile (as
// net/http/pprof does).
type Sites struct {
	List    []Site
	byID    map[uint64]int32 // bucket id -> index in List
	samples []sample
}

// Site is one place of allocation: a stack and a size.
type Site struct {
	Size          uint64 // of each object, bytes
	Allocs, Frees uint64 // sampled objects
	Stack         []Call // innermost call first
}

// Call is one frame of an allocation's stack.
type Call struct {
	Func, File string
	Line       int
}

// sample is a live object whose allocation was sampled.
type sample struct {
	addr uint64
	site int32
}

// readBucket reads a memory profile record.
func (s *Sites) readBucket(c *cursor, intern func(string) string) {
	id := c.uint()
	site := Site{Size: c.uint()}
	for n := c.uint(); n > 0 && c.err == nil; n-- { // a frame takes bytes, so n is bounded by the dump
		site.Stack = append(site.Stack, Call{intern(c.string()), intern(c.string()), int(c.uint())})
	}
	site.Allocs, site.Frees = c.uint(), c.uint()
	if c.err != nil {
		return
	}
	if s.byID == nil {
		s.byID = map[uint64]int32{}
	}
	s.byID[id] = int32(len(s.List))
	s.List = append(s.List, site)
}

// readSample reads an allocation sample. Samples of unknown buckets are left out.
func (s *Sites) readSample(c *cursor) {
	addr, id := c.uint(), c.uint()
	if site, ok := s.byID[id]; ok && c.err == nil {
		s.samples = append(s.samples, sample{addr, site})
	}
}
