// Package source is what every reader reads from: the bytes of one dump file,
// memory-mapped, with progress and cancelling.
package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Source is the plain (decompressed) bytes of one dump. It is safe for
// concurrent use.
type Source struct {
	Name    string    // base name of the file as the user gave it
	Path    string    // as the user gave it; "" if it did not come from a file
	ModTime time.Time // of the file
	Size    int64
	Data    int64 // Size without the holes of a sparse file
	Options Options
	Cut     error // why the decompressed data ends before the file does; readers warn

	r      io.ReaderAt
	data   []byte // the whole file mapped; nil if it could not be
	stop   func() error
	stream io.Reader // of a pipe, which has no size; see Plain
	kept   []io.Closer
	done   progress

	tables atomic.Int64 // bytes charged
	holes  []hole       // by their places
}

// Options is what the user said about reading dumps. The zero value is the
// default.
type Options struct {
	// Exe is the path of the executable that wrote a Go dump or core.
	Exe string
	// DumpID chooses a heap dump of a file that has several (HPROF), from 1; 0 for
	// the first.
	DumpID int
	// Workers bounds the goroutines of a reader; 0 means one for each core.
	Workers int
	// MaxSpool is the most bytes that a compressed or piped dump may have when it
	// is unpacked; 0 means what DefaultMaxSpool says.
	MaxSpool int64
	// Progress is called now and then, from any goroutine, one call at a time.
	Progress func(Progress)
}

// Progress is how far reading has come.
type Progress struct {
	Stage string // "reading objects"
	Done  int64  // bytes or steps of this stage
	Total int64  // 0 if it is not known
}

// SyntaxError is a dump that is damaged beyond use: what is wrong, and where.
type SyntaxError struct {
	File   string
	Offset int64 // in the decompressed dump
	What   string
	Err    error // cause; may be nil
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%s: offset %d: %s", e.File, e.Offset, e.What)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// MismatchError is an executable that did not write the dump.
type MismatchError struct {
	Exe  string
	What string // what differs
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s did not write this dump: %s", e.Exe, e.What)
}

// ErrNotMine is returned by a reader for a dump of another format.
var ErrNotMine = errors.New("not a dump of this format")

// Errorf makes a SyntaxError of this dump.
func (s *Source) Errorf(offset int64, format string, args ...any) error {
	return &SyntaxError{File: s.Name, Offset: offset, What: fmt.Sprintf(format, args...)}
}

// New makes a Source of size bytes behind r.
func New(name string, r io.ReaderAt, size int64, opts Options) *Source {
	return &Source{Name: name, Size: size, Data: size, Options: opts, r: r}
}

// FromBytes makes a Source of a byte slice.
func FromBytes(name string, data []byte, opts Options) *Source {
	return &Source{Name: name, Size: int64(len(data)), Data: int64(len(data)), Options: opts, r: bytesAt(data), data: data}
}

type bytesAt []byte

func (b bytesAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// ReadAt implements io.ReaderAt.
func (s *Source) ReadAt(p []byte, off int64) (int, error) { return s.r.ReadAt(p, off) }

// Bytes returns the whole dump as mapped memory, or nil if it is not mapped.
// Reading a mapped page makes it count as resident: passes over the whole file
// use Reader or Release what they have read.
func (s *Source) Bytes() []byte { return s.data }

// Slice returns n bytes at off, without copying if the dump is mapped. It
// fails with io.ErrUnexpectedEOF past the end; n is checked before anything is
// allocated.
func (s *Source) Slice(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > s.Size || int64(n) > s.Size-off {
		return nil, io.ErrUnexpectedEOF
	}
	if s.data != nil {
		return s.data[off : off+int64(n) : off+int64(n)], nil
	}
	p := make([]byte, n)
	if _, err := s.r.ReadAt(p, off); err != nil && !(errors.Is(err, io.EOF) && len(p) == n) {
		return nil, err
	}
	return p, nil
}

// Reader reads the dump from off on, for sequential passes.
func (s *Source) Reader(off int64) io.Reader {
	return io.NewSectionReader(s.r, off, max(0, s.Size-off))
}

// Release tells the system that the mapped bytes [off, off+n) are not needed
// in memory for now; they stay readable.
func (s *Source) Release(off, n int64) {
	if s.data != nil && s.stop != nil {
		release(s.data, off, n)
	}
}

// Report reports progress; cheap enough to call for every megabyte. It returns
// the context's error.
func (s *Source) Report(ctx context.Context, stage string, done, total int64) error {
	s.done.report(s.Options.Progress, Progress{stage, done, total})
	return ctx.Err()
}

// Keep has c closed with the Source: a file that belongs to the dump, such as
// its executable. Not safe for concurrent use.
func (s *Source) Keep(c io.Closer) { s.kept = append(s.kept, c) }

// Close frees the mapping. Nothing that came from Bytes or Slice may be used
// afterwards.
func (s *Source) Close() error {
	var err error
	for _, c := range s.kept {
		err = errors.Join(err, c.Close())
	}
	s.kept = nil
	if s.stop == nil {
		return err
	}
	stop := s.stop
	s.stop, s.data = nil, nil
	return errors.Join(err, stop())
}
