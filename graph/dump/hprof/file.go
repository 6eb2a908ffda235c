package hprof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// file is what a dump's records outside of the heap say.
type file struct {
	src     *source.Source
	ids     ids
	version string
	taken   time.Time
	strings map[uint64]string
	loaded  map[uint64]uint64 // class -> its name
	serials map[uint32]uint64 // serial number -> class
	frames  map[uint64]frame
	traces  map[uint32]trace
	dumps   []dump
	chosen  int                 // of dumps
	whole   bool                // nothing is cut off
	found   func(segment) error // takes the segments of the chosen dump
}

// segment is a range of the file with records of one heap dump.
type segment struct{ pos, end int64 }

// dump is one heap dump of those in the file.
type dump struct {
	pos   int64 // of its first segment
	ended bool
}

// frame is one function on a stack.
type frame struct {
	method, source uint64 // strings
	class          uint32 // serial number
	line           int32
}

// trace is a stack: the innermost frame first.
type trace struct {
	thread uint32
	frames []uint64
}

// magic is how the version in a file's header begins.
const magic = "JAVA PROFILE 1.0"

// Match reports whether a file begins as HPROF files do.
func Match(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// newFile reads a file's header, and returns where the first record is.
func newFile(src *source.Source) (f *file, pos int64, err error) {
	f = &file{src: src, strings: map[uint64]string{}, loaded: map[uint64]uint64{}, serials: map[uint32]uint64{},
		frames: map[uint64]frame{}, traces: map[uint32]trace{}, whole: true, chosen: max(0, src.Options.DumpID-1)}
	pos, err = f.header()
	return f, pos, err
}

// read reads everything but the heap's records, from a position on. It calls found
// for each part of the chosen heap dump, in the order of the file.
func (f *file) read(ctx context.Context, pos int64, warn func(graph.Warning), found func(segment) error) error {
	f.found = found
	w := &window{src: f.src, size: nameWindow}
	for pos < f.src.Size {
		if err := f.src.Report(ctx, "reading objects", pos, f.src.Size); err != nil {
			return err
		}
		next, err := f.record(w, pos)
		if err != nil {
			if !errors.Is(err, io.ErrUnexpectedEOF) && !isSyntax(err) {
				return err
			}
			f.whole = false
			warn(graph.Warning{Offset: pos, What: "the dump ends within a record", Effect: "what came after it is missing"})
			break
		}
		pos = next
	}
	if len(f.dumps) == 0 {
		return f.src.Errorf(pos, "there is no heap dump in the file")
	}
	return f.choose(warn)
}

// choose takes the heap dump that was asked for.
func (f *file) choose(warn func(graph.Warning)) error {
	n := len(f.dumps)
	switch id := f.src.Options.DumpID; {
	case id < 0 || id > n:
		return f.src.Errorf(0, "there is no heap dump number %d in the file: it has %d", id, n)
	case id == 0 && n > 1:
		warn(graph.Warning{Offset: -1, What: fmt.Sprintf("the file has %d heap dumps", n), Effect: "this is the first; --dump-id chooses another"})
	}
	return nil
}

func isSyntax(err error) bool {
	var s *source.SyntaxError
	return errors.As(err, &s)
}

// header reads the file's header.
func (f *file) header() (int64, error) {
	head, err := f.src.Slice(0, int(min(64, f.src.Size)))
	if err != nil {
		return 0, err
	}
	end := bytes.IndexByte(head, 0)
	if !Match(head) || end < 0 || len(head) < end+13 {
		return 0, f.src.Errorf(0, "the header is damaged")
	}
	f.version = strings.TrimPrefix(string(head[:end]), "JAVA PROFILE ")
	size := u4(head[end+1:])
	if size != 4 && size != 8 {
		return 0, f.src.Errorf(int64(end+1), "identifiers of %d bytes", size)
	}
	f.ids = ids(size)
	ms := int64(u4(head[end+5:]))<<32 | int64(u4(head[end+9:]))
	if t := time.UnixMilli(ms).UTC(); t.Year() >= 1995 && t.Year() < 2200 {
		f.taken = t
	}
	return int64(end + 13), nil
}

// recordHead is the length of what every record begins with.
const recordHead = 9

// record reads one record and returns where the next one is.
func (f *file) record(w *window, pos int64) (int64, error) {
	b, err := w.at(pos, recordHead)
	if err != nil {
		return 0, err
	}
	tag, n := b[0], int64(u4(b[5:]))
	body := pos + recordHead
	switch tag {
	case tagHeapDump, tagSegment, tagDumpEnd:
		next, err := f.segment(tag, pos, n)
		if err == nil && !f.whole {
			err = io.ErrUnexpectedEOF
		}
		return next, err
	}
	if n > f.src.Size-body || tag == 0 { // such as a hole of the file
		return 0, io.ErrUnexpectedEOF
	}
	const longest = 1 << 20
	if tag > tagTrace || n > longest {
		return body + n, nil // not needed, or no name is that long
	}
	if b, err = w.at(body, int(n)); err != nil {
		return 0, err
	}
	f.name(tag, b[:n])
	return body + n, nil
}

// segment notes a part of a heap dump, hands it over if it is of the chosen one, and
// returns its end.
func (f *file) segment(tag byte, pos, n int64) (int64, error) {
	body := pos + recordHead
	last := len(f.dumps) - 1
	if tag == tagDumpEnd {
		if last >= 0 {
			f.dumps[last].ended = true
		}
		return body + n, nil
	}
	left := f.src.Size - body
	end := body + n
	if tag == tagHeapDump && (n == 0 && left > 0 || n < left && (left-n)&(1<<32-1) == 0) {
		end = f.src.Size // longer than its length can say, or nobody came to write it
	}
	if end > f.src.Size {
		end, f.whole = f.src.Size, false
	}
	if last < 0 || f.dumps[last].ended || tag == tagHeapDump {
		f.dumps = append(f.dumps, dump{})
		last++
	}
	d := &f.dumps[last]
	d.ended = tag == tagHeapDump
	if d.pos == 0 {
		d.pos = body
	}
	if last == f.chosen {
		return end, f.found(segment{body, end})
	}
	return end, nil
}

// name reads a record that names something; one that is too short is ignored.
func (f *file) name(tag byte, b []byte) {
	id := int(f.ids)
	switch {
	case tag == tagString && len(b) >= id:
		f.strings[f.ids.at(b)] = string(b[id:])
	case tag == tagLoadClass && len(b) >= 8+2*id:
		class := f.ids.at(b[4:])
		f.loaded[class] = f.ids.at(b[8+id:])
		f.serials[u4(b)] = class
	case tag == tagFrame && len(b) >= 8+4*id:
		f.frames[f.ids.at(b)] = frame{method: f.ids.at(b[id:]), source: f.ids.at(b[3*id:]), class: u4(b[4*id:]), line: int32(u4(b[4*id+4:]))}
	case tag == tagTrace && len(b) >= 12:
		t := trace{thread: u4(b[4:])}
		for rest := b[12:]; len(rest) >= id; rest = rest[id:] {
			t.frames = append(t.frames, f.ids.at(rest))
		}
		f.traces[u4(b)] = t
	}
}

// className returns the name of a class by its serial number, as people write it.
func (f *file) className(serial uint32) string {
	return typeName(f.strings[f.loaded[f.serials[serial]]])
}
