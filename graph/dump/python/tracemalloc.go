package python

import (
	"bytes"
	"context"
	"errors"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
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
func ReadTracemalloc(ctx context.Context, src *source.Source) (*Snapshot, error) {
	head, err := src.Slice(0, int(min(64, src.Size)))
	if err != nil || !MatchTracemalloc(head) {
		return nil, source.ErrNotMine
	}
	v, err := unpickle(src)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := newSnapshot(v)
	if err != nil {
		return nil, src.Errorf(0, "not a tracemalloc snapshot: %v", err)
	}
	return s, nil
}

var errShape = errors.New("its values are not those of a snapshot")

// newSnapshot turns the unpickled values into a snapshot: a list of traces
// (domain, size, ((file, line), …), frames in all), the last since Python 3.9.
func newSnapshot(v any) (*Snapshot, error) {
	o, ok := v.(*object)
	if !ok || o.class != "Snapshot" {
		return nil, errShape
	}
	traces, ok := o.state["traces"].(*object)
	if !ok || traces.class != "_Traces" {
		return nil, errShape
	}
	all, ok := traces.state["_traces"].(*list)
	if !ok {
		return nil, errShape
	}
	limit, _ := o.state["traceback_limit"].(int64)
	s := &Snapshot{Limit: int(limit), Traces: make([]Trace, 0, len(all.items))}
	for _, item := range all.items {
		t, ok := item.(tuple)
		if !ok || len(t) < 3 || len(t) > 4 {
			return nil, errShape
		}
		domain, ok1 := t[0].(int64)
		size, ok2 := t[1].(int64)
		frames, err := newFrames(t[2])
		if !ok1 || !ok2 || err != nil {
			return nil, errShape
		}
		trace := Trace{Domain: int(domain), Size: size, Count: 1, Frames: frames, Depth: len(frames)}
		if len(t) == 4 {
			if total, ok := t[3].(int64); ok {
				trace.Depth = int(total)
			}
		}
		s.Traces = append(s.Traces, trace)
	}
	return s.merge(), nil
}

func newFrames(v any) ([]Frame, error) {
	t, ok := v.(tuple)
	if !ok || len(t) == 0 {
		return nil, errShape
	}
	frames := make([]Frame, len(t))
	for i, x := range t {
		pair, ok := x.(tuple)
		if !ok || len(pair) != 2 {
			return nil, errShape
		}
		file, ok1 := pair[0].(string)
		line, ok2 := pair[1].(int64)
		if !ok1 || !ok2 {
			return nil, errShape
		}
		frames[i] = Frame{file, int(line)}
	}
	return frames, nil
}
