package dump

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/refgraph/refgraph/graph/dump/goheap"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/dump/python"
)

// Sites reads where the live memory of a program was allocated: from a
// tracemalloc snapshot, a Python heap dump or the memory profile in a Go heap
// dump, which has sampled objects only. Its errors are those of [Open],
// python.ErrNoSites and goheap.ErrNoSites.
func Sites(ctx context.Context, path string, opts *Options) (*python.Snapshot, error) {
	if opts == nil {
		opts = &Options{}
	}
	src, err := source.Open(path, *opts)
	if err != nil {
		return nil, err
	}
	var read func(context.Context, *source.Source) (*python.Snapshot, error)
	plain, err := source.Plain(ctx, src, func(head []byte) error {
		switch {
		case goheap.Match(head):
			read = goSites
		case python.Match(head), python.MatchTracemalloc(head):
			read = python.ReadSites
		default:
			return &UnknownFormatError{Name: src.Name, What: "neither a tracemalloc snapshot nor a heap dump with allocation sites", Know: []string{"Go heap dump", "tracemalloc snapshot (Snapshot.dump)", "Python heap dump (refgraph_dump.py)"}}
		}
		return nil
	})
	if err != nil {
		src.Close()
		return nil, err
	}
	defer plain.Close()
	var s *python.Snapshot
	err = plain.Guard(func() (err error) {
		s, err = read(ctx, plain)
		return err
	})
	return s, err
}

// goSites is the memory profile of a Go heap dump: what was allocated at each
// place and not yet freed.
func goSites(ctx context.Context, src *source.Source) (*python.Snapshot, error) {
	sites, err := goheap.ReadSites(ctx, src, nil)
	if err != nil {
		return nil, err
	}
	s := &python.Snapshot{}
	for _, site := range sites.List {
		live := int64(site.Allocs - site.Frees)
		if site.Frees > site.Allocs || live == 0 {
			continue
		}
		t := python.Trace{Size: live * int64(site.Size), Count: live, Depth: len(site.Stack)}
		for _, call := range site.Stack {
			t.Frames = append(t.Frames, python.Frame{File: call.File, Line: call.Line})
		}
		s.Limit = max(s.Limit, t.Depth)
		s.Traces = append(s.Traces, t)
	}
	return s, nil
}

// IsSites reports whether a file has allocation sites only and no objects, as
// a tracemalloc snapshot.
func IsSites(ctx context.Context, path string) bool {
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return false // what is read of a pipe is gone
	}
	src, err := source.Open(path, Options{})
	if err != nil {
		return false
	}
	defer src.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(src.Reader(0), head)
	return (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) && python.MatchTracemalloc(head[:n])
}
