package goheap

import (
	"context"
	"slices"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Record tags.
const (
	tagEOF             = 0
	tagObject          = 1
	tagOtherRoot       = 2
	tagType            = 3
	tagGoroutine       = 4
	tagFrame           = 5
	tagParams          = 6
	tagFinalizer       = 7
	tagItab            = 8
	tagThread          = 9
	tagMemStats        = 10
	tagQueuedFinalizer = 11
	tagData            = 12
	tagBSS             = 13
	tagDefer           = 14
	tagPanic           = 15
	tagMemProf         = 16
	tagAllocSample     = 17
)

// scanner finds the objects of a dump: headers only, contents are skipped.
type scanner struct {
	src *source.Source
	// lo and hi bound the addresses of objects.
	lo, hi uint64
	pieces []piece
	first  int64 // number of pieces[0] in the dump
}

// pieceSize is how much of a dump is scanned at a time by one core.
const pieceSize = 8 << 20

// piece is what was found in one part of the dump: the object records [start,
// end), where end is the first record that starts after the part, or is no
// object record, or is damaged.
type piece struct {
	start, end int64
	batcher
}

// objects scans the object records from pos on, where one starts. It appends
// the batches in the order of the dump and returns the position of the first
// record that is no object record or damaged. The first call scans the whole dump from
// there; later ones, after damage, use what it has found.
func (s *scanner) objects(ctx context.Context, list []batch, pos int64) ([]batch, int64, error) {
	if s.pieces == nil {
		if err := s.guess(ctx, pos); err != nil {
			return nil, 0, err
		}
		total := 0
		for i := range s.pieces {
			total += len(s.pieces[i].list)
		}
		list = slices.Grow(list, total)
	}
	return s.stitch(ctx, list, pos)
}

// guess scans all pieces from pos on, each from where a record seems to start.
func (s *scanner) guess(ctx context.Context, pos int64) error {
	windows := sync.Pool{New: func() any { return &window{src: s.src} }}
	s.first = pos / pieceSize
	s.pieces = make([]piece, (s.src.Size+pieceSize-1)/pieceSize-s.first)
	return graph.Parallel(ctx, len(s.pieces), s.src.Options.Workers, func(i int) error {
		w := windows.Get().(*window)
		defer windows.Put(w)
		p, lo := &s.pieces[i], (s.first+int64(i))*pieceSize
		if from, to := s.src.Hole(lo); i > 0 && from <= lo && lo+pieceSize <= to {
			p.start = -1 // nothing starts here
			return nil
		}
		p.list = make([]batch, 0, min(pieceSize, s.src.Size)/2048)
		start := pos
		if i > 0 {
			start = s.sync(w, lo, lo+pieceSize)
		}
		if err := s.parse(w, p, start, lo+pieceSize); err != nil {
			return err
		}
		return s.src.Report(ctx, "reading objects", lo, s.src.Size)
	})
}

// stitch joins the pieces from pos on. A piece whose start was guessed wrong,
// because the part begins within a large object or because contents look like
// records, is scanned again from where the piece before it ends.
func (s *scanner) stitch(ctx context.Context, list []batch, pos int64) ([]batch, int64, error) {
	var again window
	for i := pos/pieceSize - s.first; i < int64(len(s.pieces)); i++ {
		p, limit := &s.pieces[i], (s.first+i+1)*pieceSize
		if pos >= limit {
			continue // within an object
		}
		if p.start != pos {
			again.src = s.src
			*p = piece{}
			if err := s.parse(&again, p, pos, limit); err != nil {
				return nil, 0, err
			}
		}
		list = append(list, p.list...)
		pos = p.end
		*p = piece{start: -1} // used
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		if pos < limit {
			break
		}
	}
	return list, pos, nil
}

// maxRecord is how much of the dump is looked at at once: enough for the
// header of an object and an ordinary field list.
const maxRecord = 4096

// parse adds the object records that start in [pos, limit) to p.
func (s *scanner) parse(w *window, p *piece, pos, limit int64) error {
	p.start, p.end = pos, pos
	limit = min(limit, s.src.Size)
	var fields fieldList
	for p.end < limit {
		b, err := w.at(p.end, maxRecord)
		if err != nil {
			return err
		}
		if used := s.parseBlock(p, b, p.end, limit, &fields); used > 0 {
			p.end += used
			continue
		}
		end, ok, err := s.slow(w, p, p.end)
		if err != nil || !ok {
			return err
		}
		p.end = end
	}
	return nil
}

// parseBlock adds the records that are whole in b, which is at pos, and
// returns their length.
func (s *scanner) parseBlock(p *piece, b []byte, pos, limit int64, fields *fieldList) int64 {
	i := 0
	for i+2*maxVarint < len(b) && b[i] == tagObject && pos+int64(i) < limit {
		addr, n := uvarint(b[i+1:])
		size, m := uvarint(b[i+1+n:])
		body := i + 1 + n + m
		if n == 0 || m == 0 || size >= uint64(len(b)-body) || !s.plausible(addr, size) {
			break
		}
		list := b[body+int(size):]
		k := len(fields.raw)
		if !fields.same(list) {
			if k, _ = fieldsEnd(list, size); k == 0 {
				break
			}
			fields.set(list, k)
		}
		end := body + int(size) + k
		p.add(addr, size, pos+int64(i), pos+int64(end), flagsOf(size, list))
		i = end
	}
	return int64(i)
}

// plausible reports whether an object can have this address and slot size.
func (s *scanner) plausible(addr, size uint64) bool {
	return addr >= s.lo && addr < s.hi && size >= 8 && size <= s.hi-addr && (addr|size)&7 == 0
}

// flagsOf returns what the field list of an object says about its batch.
// The largest size class has a header; objects of one span of the same size
// have none, and most of those have a pointer where the header would be.
func flagsOf(size uint64, list []byte) batchFlags {
	switch {
	case list[0] == fieldEnd:
		return 0
	case size == maxHeader && list[1] == 0:
		return withPointers | bare
	}
	return withPointers
}

// slow adds the one record at pos, of any length. ok is false if it is no
// object record or damaged.
func (s *scanner) slow(w *window, p *piece, pos int64) (end int64, ok bool, err error) {
	h, err := s.header(w, pos)
	if err != nil || h.size == 0 {
		return 0, false, err
	}
	body := h.body + int64(h.size)
	for n := maxRecord; ; n *= 4 {
		b, err := w.at(body, n)
		if err != nil {
			return 0, false, err
		}
		if k, _ := fieldsEnd(b, h.size); k > 0 {
			p.add(h.addr, h.size, pos, body+int64(k), flagsOf(h.size, b))
			return body + int64(k), true, nil
		}
		// A list has at most an entry for each word, of a byte and a varint.
		if len(b) < n || uint64(n) > h.size/8*(1+maxVarint) {
			return 0, false, nil
		}
	}
}

// header is the start of an object record.
type header struct {
	addr, size uint64
	body       int64 // position of the contents
}

// header reads the start of an object record; size is 0 if there is none.
func (s *scanner) header(w *window, pos int64) (h header, err error) {
	b, err := w.at(pos, 1+2*maxVarint)
	if err != nil || len(b) == 0 || b[0] != tagObject {
		return h, err
	}
	addr, n := uvarint(b[1:])
	size, m := uvarint(b[1+n:])
	body := pos + int64(1+n+m)
	if n == 0 || m == 0 || !s.plausible(addr, size) || size > uint64(s.src.Size-body) {
		return h, nil
	}
	return header{addr, size, body}, nil
}

// syncChain is how many object records must follow each other for a place to
// be taken for the start of one. A wrong guess costs time only.
const syncChain = 6

// sync returns the first position in [pos, limit) where object records seem to
// start, or limit. Records that are too large for a window are not found.
func (s *scanner) sync(w *window, pos, limit int64) int64 {
	limit = min(limit, s.src.Size)
	for pos < limit {
		b, err := w.at(pos, windowSize)
		if err != nil {
			return limit
		}
		// A chain that the window cuts off is looked at again in the next one.
		room := len(b)
		if len(b) >= windowSize {
			room -= windowSize / 4
		}
		room = int(min(int64(room), limit-pos))
		for i := range room {
			if b[i] == tagObject && s.chain(b[i:], pos+int64(i)) {
				return pos + int64(i)
			}
		}
		pos += int64(room)
	}
	return limit
}

// resync returns the first position from pos on where object records seem to
// start, or the end of the dump.
func (s *scanner) resync(ctx context.Context, pos int64) int64 {
	w := &window{src: s.src}
	for pos < s.src.Size && s.src.Report(ctx, "looking for objects", pos, s.src.Size) == nil {
		limit := min(pos+pieceSize, s.src.Size)
		if at := s.sync(w, pos, limit); at < limit {
			return at
		}
		pos = limit
	}
	return s.src.Size
}

// chain reports whether b, which is at pos, starts with object records.
func (s *scanner) chain(b []byte, pos int64) bool {
	var (
		p      piece
		fields fieldList
	)
	for range syncChain {
		n := s.parseBlock(&p, b, pos, pos+1, &fields)
		if n == 0 {
			return false
		}
		b, pos = b[n:], pos+n
	}
	return true
}
