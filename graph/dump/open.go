package dump

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Dump is an open heap dump.
type Dump struct {
	Graph  *graph.Graph
	Format *Format
	src    *source.Source
	keep   *keeper // the cache's part; nil without a cache
	fault  fault
}

// Open recognises the format of a file and reads it. The errors to tell apart
// are *UnknownFormatError, *SyntaxError, *MismatchError, those of package os,
// and the context's. The caller closes the Dump when nothing of the graph is
// shown any more.
func Open(ctx context.Context, path string, opts *Options) (*Dump, error) {
	if opts == nil {
		opts = &Options{}
	}
	parts, err := partsOf(path)
	if err != nil {
		return nil, err
	}
	path = parts[0]
	if path != source.Stdin {
		if st, err := os.Stat(path); err != nil {
			return nil, err
		} else if st.IsDir() {
			return nil, &UnknownFormatError{Name: path, What: "a directory, not a heap dump", Know: titles()}
		}
	}
	src, err := source.Open(path, *opts)
	if err != nil {
		return nil, err
	}
	return read(ctx, src)
}

// partsOf returns the files of a dump, the one to open first: the path itself, unless a
// format has more.
func partsOf(path string) ([]string, error) {
	if path != source.Stdin {
		for _, f := range Formats() {
			if f.Parts == nil {
				continue
			}
			if parts, err := f.Parts(path); parts != nil || err != nil {
				return parts, err
			}
		}
	}
	return []string{path}, nil
}

// OpenReader is Open for bytes that are not in a file. The name is for
// messages and titles.
func OpenReader(ctx context.Context, name string, r io.ReaderAt, size int64, opts *Options) (*Dump, error) {
	if opts == nil {
		opts = &Options{}
	}
	return read(ctx, source.New(name, r, size, *opts))
}

// read decompresses, recognises and reads a source, which it closes on errors.
func read(ctx context.Context, src *source.Source) (*Dump, error) {
	d, err := with(ctx, src, func(f *Format, src *source.Source) (*graph.Graph, error) { return f.Read(ctx, src) })
	if err == nil {
		d.Graph.WrapDetail(func(real graph.Detailer) graph.Detailer { return d.guard(real) })
	}
	return d, err
}

// with recognises and decompresses a source and gets a graph for it; it closes
// the source on errors.
func with(ctx context.Context, src *source.Source, get func(*Format, *source.Source) (*graph.Graph, error)) (d *Dump, err error) {
	defer func() {
		if err != nil {
			src.Close()
		}
	}()
	var (
		found []*Format
		f     *Format
		g     *graph.Graph
		plain *source.Source
	)
	early := tooEarly(src)
	if err := src.Guard(func() (err error) {
		plain, err = source.Plain(ctx, src, func(head []byte) (err error) {
			if found, err = recognise(src.Name, head, Formats()); err != nil {
				return err
			}
			return refusal(src.Name, &src.Options, found)
		})
		return err
	}); err != nil {
		return nil, early(err)
	}
	src = plain
	if err := src.Guard(func() (err error) {
		f, g, err = firstOf(found, func(f *Format) (*graph.Graph, error) { return get(f, src) })
		return err
	}); err != nil {
		return nil, early(err)
	}
	return &Dump{Graph: g, Format: f, src: src}, nil
}

// tooEarly returns what tells errors of reading beyond the end: whether the file was cut
// since it was opened, or ended too early before.
func tooEarly(src *source.Source) func(error) error {
	name, path, whole := src.Name, src.Path, src.Size
	return func(err error) error {
		if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return err
		}
		if st, gone := os.Stat(path); gone == nil && st.Mode().IsRegular() && st.Size() < whole {
			return &ChangedError{File: name, Err: err}
		}
		return fmt.Errorf("%s: the file ends too early: %w", name, err)
	}
}

func titles() (names []string) {
	for _, f := range Formats() {
		names = append(names, f.Title)
	}
	return names
}

// Close frees the file. The graph's Detailer must not be used any more; its
// columns stay valid, but not those of a dump that was opened by a [Cache],
// which keeps here what it does not have yet.
func (d *Dump) Close() error {
	if d.keep != nil {
		d.keep.save(d.Graph)
		d.keep.close()
	}
	if d.src == nil {
		return nil
	}
	return d.src.Close()
}
