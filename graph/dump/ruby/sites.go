package ruby

import (
	"cmp"
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// site is a place of allocation.
type site struct {
	file, method string
	line         int
}

type sum struct{ size, count int64 }

// siteCost is what is kept of a site, in bytes, beside its texts.
const siteCost = 96

// ReadSites returns where the objects of a dump were allocated: file, line and method of
// the innermost call, with their memory. A dump of a program that did not trace
// allocations is a *sites.NoneError. It costs a pass over the dump.
func ReadSites(ctx context.Context, src *source.Source) (*sites.Snapshot, error) {
	parts := make([]map[site]sum, (src.Size+chunkLen-1)/chunkLen)
	known := fields()
	objects := false
	err := lines(ctx, src, "reading allocation sites", func(c int, _ int64, line []byte) error {
		s := scanner{known: known}
		at, size := readSite(&s, line)
		if s.bad || at.file == "" {
			return nil
		}
		if parts[c] == nil {
			parts[c] = map[site]sum{}
		}
		x, ok := parts[c][at]
		if !ok {
			if err := src.Charge(siteCost + len(at.file) + len(at.method)); err != nil {
				return err
			}
		}
		parts[c][at] = sum{x.size + size, x.count + 1}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := map[site]sum{}
	for _, p := range parts {
		objects = objects || len(p) > 0
		for at, x := range p {
			all[at] = sum{all[at].size + x.size, all[at].count + x.count}
		}
	}
	if !objects {
		return nil, &sites.NoneError{Why: "the program did not trace allocations",
			Do: "call ObjectSpace.trace_object_allocations_start when it starts (REFGRAPH_DUMP_SITES=1 with refgraph_dump.rb), and take the dump later"}
	}
	s := &sites.Snapshot{Limit: 1}
	for at, x := range all {
		s.Traces = append(s.Traces, sites.Trace{Size: x.size, Count: x.count, Depth: 1, Frames: []sites.Frame{{File: at.file, Line: at.line, Func: at.method}}})
	}
	// A line is told by the method that allocates most in it.
	slices.SortFunc(s.Traces, func(a, b sites.Trace) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Frames[0].File, b.Frames[0].File), cmp.Compare(a.Frames[0].Line, b.Frames[0].Line),
			cmp.Compare(a.Frames[0].Func, b.Frames[0].Func))
	})
	return s, nil
}

// readSite reads the site and the size of an object's line.
func readSite(s *scanner, line []byte) (at site, size int64) {
	if len(line) == 0 || !s.start(line) {
		return at, 0
	}
	size = slotSize
	for s.next() {
		switch s.key {
		case fieldFile:
			at.file = text(s.value)
		case fieldLine:
			at.line = int(min(number(s.value), 1<<31-1))
		case fieldMethod:
			at.method = text(s.value)
		case fieldMemsize:
			size = int64(min(number(s.value), 1<<62))
		}
	}
	return at, size
}
