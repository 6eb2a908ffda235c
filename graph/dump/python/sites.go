package python

import (
	"context"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// ReadSites returns the allocation sites of a dump of refgraph_dump.py, with
// the shallow sizes of the objects; or those of a tracemalloc snapshot. A dump
// without them is a *sites.NoneError.
func ReadSites(ctx context.Context, src *source.Source) (*sites.Snapshot, error) {
	head, err := src.Slice(0, int(min(64, src.Size)))
	if err != nil {
		return nil, err
	}
	if MatchTracemalloc(head) {
		return ReadTracemalloc(ctx, src)
	}
	f, err := scan(ctx, src)
	if err != nil {
		return nil, err
	}
	if !f.header.Sites {
		return nil, &sites.NoneError{Why: "tracemalloc was off in the program", Do: "start the program with python -X tracemalloc, or call tracemalloc.start() in it"}
	}
	s := &sites.Snapshot{Traces: make([]sites.Trace, len(f.sites))}
	for i, frames := range f.sites {
		s.Traces[i] = sites.Trace{Frames: frames, Depth: len(frames)}
		s.Limit = max(s.Limit, len(frames))
	}
	for i := range f.batches {
		b := &f.batches[i]
		for k := range b.n {
			if site := int(b.site(k)); site > 0 && site <= len(s.Traces) {
				s.Traces[site-1].Size += int64(b.size(k))
				s.Traces[site-1].Count++
			}
		}
	}
	return s.Merge(), nil
}
