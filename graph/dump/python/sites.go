package python

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Frame is one line of a traceback.
type Frame struct {
	File string
	Line int // 0 in statistics by file
}

func (f Frame) String() string { return fmt.Sprintf("%s:%d", f.File, f.Line) }

// UnmarshalJSON reads ["file", line].
func (f *Frame) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	if len(list) != 2 {
		return fmt.Errorf("%d entries, want file and line", len(list))
	}
	if err := json.Unmarshal(list[0], &f.File); err != nil {
		return err
	}
	return json.Unmarshal(list[1], &f.Line)
}

// Trace is the memory that was allocated by one traceback.
type Trace struct {
	Domain int     // tracemalloc's domain; 0 is Python's own memory
	Size   int64   // bytes
	Count  int64   // blocks or objects
	Frames []Frame // innermost first
	Depth  int     // of the stack, of which Frames may be a part
}

// Snapshot is where the live memory of a program was allocated. Its methods do
// not change it.
type Snapshot struct {
	Limit  int // frames kept of each traceback; 0 if unknown
	Traces []Trace
}

// ErrNoSites is returned for a dump of a program in which tracemalloc was off.
var ErrNoSites = errors.New("the dump has no allocation sites: tracemalloc was off in the program")

// ReadSites returns the allocation sites of a dump of refgraph_dump.py, with
// the shallow sizes of the objects; or those of a tracemalloc snapshot.
func ReadSites(ctx context.Context, src *source.Source) (*Snapshot, error) {
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
		return nil, ErrNoSites
	}
	s := &Snapshot{Traces: make([]Trace, len(f.sites))}
	for i, frames := range f.sites {
		s.Traces[i] = Trace{Frames: frames, Depth: len(frames)}
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
	return s.merge(), nil
}

// merge sums up the traces of equal tracebacks.
func (s *Snapshot) merge() *Snapshot {
	at := map[string]int{}
	var key strings.Builder
	out := s.Traces[:0]
	for _, t := range s.Traces {
		if len(t.Frames) == 0 || t.Count == 0 {
			continue
		}
		key.Reset()
		var num [8]byte
		for _, f := range t.Frames {
			key.WriteString(f.File)
			binary.LittleEndian.PutUint64(num[:], uint64(f.Line))
			key.Write(num[:])
		}
		binary.LittleEndian.PutUint64(num[:], uint64(t.Domain))
		key.Write(num[:])
		if i, ok := at[key.String()]; ok {
			out[i].Size += t.Size
			out[i].Count += t.Count
			continue
		}
		at[key.String()] = len(out)
		out = append(out, t)
	}
	s.Traces = out
	return s
}
