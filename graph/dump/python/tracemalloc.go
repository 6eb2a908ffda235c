package python

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// MatchTracemalloc reports whether a file that starts with head is a snapshot
// that tracemalloc's Snapshot.dump wrote.
func MatchTracemalloc(head []byte) bool {
	head = head[:min(len(head), 64)]
	return len(head) > 2 && head[0] == opProto && bytes.Contains(head, []byte("\x0btracemalloc")) && bytes.Contains(head, []byte("\x08Snapshot"))
}

// ReadTracemalloc reads a snapshot that tracemalloc's Snapshot.dump wrote. It
// returns source.ErrNotMine for other files and *source.SyntaxError for a file
// that is damaged, or that is a pickle of anything else.
func ReadTracemalloc(ctx context.Context, src *source.Source) (*sites.Snapshot, error) {
	head, err := src.Slice(0, int(min(64, src.Size)))
	if err != nil || !MatchTracemalloc(head) {
		return nil, source.ErrNotMine
	}
	u := newUnpickler(src)
	v, err := u.run()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := &traces{u: u, frames: map[value]int{}, byText: map[string]int{}, lines: map[sites.Frame]uint32{}, at: map[traceKey]int{}}
	s, err := t.snapshot(v)
	if errors.Is(err, errShape) {
		return nil, src.Errorf(0, "not a tracemalloc snapshot: %v", err)
	}
	return s, err
}

var errShape = errors.New("its values are not those of a snapshot")

// traces turns the unpickled values into a snapshot. Tracebacks are looked at once
// for each place in the pickle that has one, however many traces share it.
type traces struct {
	u      *unpickler
	frames map[value]int          // traceback by its tuple -> index of lists
	byText map[string]int         // and by what is in it
	lines  map[sites.Frame]uint32 // numbers of the lines in byText
	lists  [][]sites.Frame
	at     map[traceKey]int // index in out
	out    []sites.Trace
}

type traceKey struct {
	domain int64
	frames int
}

// snapshot makes a list of traces (domain, size, ((file, line), …), frames in all),
// the last since Python 3.9; traces of equal tracebacks are summed up.
func (t *traces) snapshot(v value) (*sites.Snapshot, error) {
	inner, ok := t.u.attribute(v, "Snapshot", "traces")
	if !ok {
		return nil, errShape
	}
	all, ok := t.u.attribute(inner, "_Traces", "_traces")
	if !ok || all.kind() != isList {
		return nil, errShape
	}
	for _, item := range t.u.lists[all.index()] {
		if err := t.add(item); err != nil {
			return nil, err
		}
	}
	s := &sites.Snapshot{Traces: t.out}
	if limit, ok := t.u.attribute(v, "Snapshot", "traceback_limit"); ok {
		if n, ok := limit.int(); ok {
			s.Limit = int(n)
		}
	}
	return s, nil
}

func (t *traces) add(item value) error {
	parts, ok := t.u.items(item)
	if !ok || len(parts) < 3 || len(parts) > 4 {
		return errShape
	}
	domain, ok1 := parts[0].int()
	size, ok2 := parts[1].int()
	if !ok1 || !ok2 {
		return errShape
	}
	list, err := t.traceback(parts[2])
	if err != nil {
		return err
	}
	key := traceKey{domain, list}
	if i, ok := t.at[key]; ok {
		t.out[i].Size += size
		t.out[i].Count++
		return nil
	}
	trace := sites.Trace{Domain: int(domain), Size: size, Count: 1, Frames: t.lists[list], Depth: len(t.lists[list])}
	if len(parts) == 4 {
		if total, ok := parts[3].int(); ok {
			trace.Depth = int(total)
		}
	}
	t.at[key] = len(t.out)
	t.out = append(t.out, trace)
	return t.u.keep(150)
}

// traceback returns the index of a traceback in lists.
func (t *traces) traceback(v value) (int, error) {
	if i, ok := t.frames[v]; ok {
		return i, nil
	}
	items, ok := t.u.items(v)
	if !ok || len(items) == 0 {
		return 0, errShape
	}
	frames := make([]sites.Frame, len(items))
	key := make([]byte, 0, 4*len(items))
	for i, x := range items {
		f, err := t.frame(x)
		if err != nil {
			return 0, err
		}
		id, ok := t.lines[f]
		if !ok {
			id = uint32(len(t.lines))
			t.lines[f] = id
			if err := t.u.keep(60); err != nil {
				return 0, err
			}
		}
		frames[i], key = f, binary.LittleEndian.AppendUint32(key, id)
	}
	i, ok := t.byText[string(key)]
	if !ok {
		i = len(t.lists)
		t.lists = append(t.lists, frames)
		t.byText[string(key)] = i
		if err := t.u.keep(100 + 28*len(items)); err != nil {
			return 0, err
		}
	}
	t.frames[v] = i
	return i, t.u.keep(40)
}

func (t *traces) frame(v value) (sites.Frame, error) {
	pair, ok := t.u.items(v)
	if !ok || len(pair) != 2 || pair[0].kind() != isText {
		return sites.Frame{}, errShape
	}
	line, ok := pair[1].int()
	if !ok {
		return sites.Frame{}, errShape
	}
	return sites.Frame{File: t.u.texts[pair[0].index()], Line: int(line)}, nil
}
