// Package sites is where the live memory of a program was allocated, of any
// format: tracebacks with bytes and counts, and what is asked of them: sums by
// line, file or traceback, filters, growth between two states.
package sites

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
)

// NoneError is a dump of a format that can have allocation sites, and has none.
type NoneError struct {
	Why string // "tracemalloc was off in the program"
	Do  string // what makes the next one have them
}

func (e *NoneError) Error() string { return "the dump has no allocation sites: " + e.Why }

// Frame is one line of a traceback.
type Frame struct {
	File string
	Line int    // 0 in statistics by file
	Func string // what runs there, where the format tells; it does not tell frames apart
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
	Limit int // frames kept of each traceback; 0 if unknown
	// Sampled is whether only a sample of the allocations was recorded: sizes and
	// counts are those of the sampled objects, and not scaled up.
	Sampled bool
	// HeapBytes is the size of all living objects when the sample was taken, to be
	// compared with it; 0 if it is not known.
	HeapBytes uint64
	Traces    []Trace
}

// Merge sums up the traces of equal tracebacks, in place; those without frames or
// objects go.
func (s *Snapshot) Merge() *Snapshot {
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
