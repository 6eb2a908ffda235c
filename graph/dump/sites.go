package dump

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"

	"github.com/refgraph/refgraph/graph/dump/goheap"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/dump/python"
	"github.com/refgraph/refgraph/graph/sites"
)

// Sites reads where the live memory of a program was allocated: from a
// dump whose format has them, or from a file that has nothing else, as a tracemalloc
// snapshot. Its errors are those of [Open] and *sites.NoneError.
func Sites(ctx context.Context, path string, opts *Options) (*sites.Snapshot, error) {
	if opts == nil {
		opts = &Options{}
	}
	src, err := source.Open(path, *opts)
	if err != nil {
		return nil, err
	}
	var found []func(context.Context, *source.Source) (*sites.Snapshot, error)
	plain, err := source.Plain(ctx, src, func(head []byte) error {
		if python.MatchTracemalloc(head) {
			found = append(found, python.ReadSites)
			return nil
		}
		unknown := &UnknownFormatError{Name: src.Name, What: "neither a heap dump with allocation sites nor a tracemalloc snapshot", Know: []string{"tracemalloc snapshot (Snapshot.dump)"}}
		for _, f := range Formats() {
			if f.Sites == nil {
				continue
			}
			if f.Match(head) {
				found = append(found, f.Sites)
			}
			unknown.Know = append(unknown.Know, f.Title)
		}
		if len(found) == 0 {
			return unknown
		}
		return nil
	})
	if err != nil {
		src.Close()
		return nil, err
	}
	defer plain.Close()
	var s *sites.Snapshot
	err = plain.Guard(func() (err error) {
		s, err = sitesOf(ctx, plain, found)
		return err
	})
	return s, err
}

// sitesOf reads the sites by the first format that says the file is its own. If none
// does, the error is that of the first.
func sitesOf(ctx context.Context, src *source.Source, formats []func(context.Context, *source.Source) (*sites.Snapshot, error)) (*sites.Snapshot, error) {
	var first error
	for _, read := range formats {
		s, err := read(ctx, src)
		if !errors.Is(err, ErrNotMine) {
			return s, err
		}
		first = cmp.Or(first, err)
	}
	return nil, first
}

// goSites is the memory profile of a Go heap dump: what was allocated at each
// place and not yet freed.
func goSites(ctx context.Context, src *source.Source) (*sites.Snapshot, error) {
	found, err := goheap.ReadSites(ctx, src, nil)
	if err != nil {
		return nil, err
	}
	s := &sites.Snapshot{Sampled: true, HeapBytes: found.HeapBytes}
	for _, site := range found.List {
		live := int64(site.Allocs - site.Frees)
		if site.Frees > site.Allocs || live == 0 {
			continue
		}
		t := sites.Trace{Size: live * int64(site.Size), Count: live, Depth: len(site.Stack)}
		for _, call := range site.Stack {
			t.Frames = append(t.Frames, sites.Frame{File: call.File, Line: call.Line})
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
