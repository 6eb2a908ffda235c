package dump

import (
	"context"
	"errors"
	"io"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/dump/python"
)

// Sites reads where the live memory of a program was allocated: from a
// tracemalloc snapshot or from a Python heap dump. Its errors are those of
// [Open], and python.ErrNoSites.
func Sites(ctx context.Context, path string, opts *Options) (*python.Snapshot, error) {
	if opts == nil {
		opts = &Options{}
	}
	src, err := source.Open(path, *opts)
	if err != nil {
		return nil, err
	}
	plain, err := source.Decompress(ctx, src)
	if err != nil {
		src.Close()
		return nil, err
	}
	defer plain.Close()
	s, err := python.ReadSites(ctx, plain)
	if errors.Is(err, source.ErrNotMine) {
		return nil, &UnknownFormatError{Name: plain.Name, What: "neither a tracemalloc snapshot nor a Python heap dump", Know: []string{"tracemalloc snapshot (Snapshot.dump)", "Python heap dump (refgraph_dump.py)"}}
	}
	return s, err
}

// IsSites reports whether a file has allocation sites only and no objects, as
// a tracemalloc snapshot.
func IsSites(ctx context.Context, path string) bool {
	src, err := source.Open(path, Options{})
	if err != nil {
		return false
	}
	defer src.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(src.Reader(0), head)
	return (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) && python.MatchTracemalloc(head[:n])
}
