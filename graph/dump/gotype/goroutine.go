package gotype

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/refgraph/refgraph/graph"
)

// Goroutine is what a dump says of a goroutine; see Places.Thread.
type Goroutine struct {
	ID     uint64
	Status uint32 // runtime's, without _Gscan
	Reason string // why it waits
	Since  int64  // when the collector first saw it waiting, by the runtime's clock, ns; 0 if it did not
}

// Place is a frame in words.
type Place struct {
	Func, File graph.StringID // the function with its full name; the file without folders
	Line       uint32
	Rank       uint8 // of the function's package

	// best is the call in the frame that says most about the program: of its own
	// functions, inlined ones too, or else of a library.
	best     Call
	bestRank uint8
}

// Places names frames and goroutines, in the same way for all formats of Go
// dumps. It is for one goroutine at a time.
type Places struct {
	exe   *Exe // nil if there is none: then there are no lines
	b     *graph.Builder
	now   int64 // by the runtime's clock; 0 if unknown
	known map[placeKey]*Place
}

type placeKey struct {
	pc uint64
	fn string // without an executable
}

// NewPlaces starts the names of one dump. now is the latest moment that the dump
// knows of, by the runtime's clock.
func NewPlaces(exe *Exe, b *graph.Builder, now int64) *Places {
	return &Places{exe: exe, b: b, now: now, known: map[placeKey]*Place{}}
}

// At names the frame of a function that stopped, or made a call, at pc. fn is the
// function's name in the dump, for want of an executable.
func (p *Places) At(pc uint64, fn string) *Place {
	key := placeKey{pc: pc, fn: fn}
	if at := p.known[key]; at != nil {
		return at
	}
	var calls []Call
	if p.exe != nil {
		calls = p.exe.CallsAt(pc)
	}
	if len(calls) == 0 {
		calls = []Call{{Func: PrintName(fn)}}
	}
	at := &Place{bestRank: graph.RankResidue}
	for _, c := range calls {
		if rank := p.exe.RankOf(packageOf(c.Func)); rank < at.bestRank {
			at.best, at.bestRank = c, rank
		}
	}
	own := calls[len(calls)-1]
	at.Func, at.File, at.Line = p.b.String(own.Func), p.b.String(own.File), uint32(own.Line)
	at.Rank = p.exe.RankOf(packageOf(own.Func))
	p.known[key] = at
	return at
}

// Thread describes a goroutine by its frames, the newest first. entry is the
// function it was started with.
func (p *Places) Thread(g Goroutine, entry string, frames []*Place) graph.Thread {
	t := graph.Thread{ID: g.ID, Entry: p.started(entry, frames), State: p.b.String(state(g.Status, g.Reason)), Rank: graph.RankLibrary, Main: g.ID == 1}
	best := graph.RankRuntime
	var at *Place
	for _, f := range frames {
		if f.bestRank < best {
			at, best = f, f.bestRank
		}
	}
	switch {
	case at != nil:
		t.Func, t.File, t.Line, t.Rank = p.b.String(at.best.Func), p.b.String(at.best.File), uint32(at.best.Line), best
	case strings.HasPrefix(entry, "runtime."):
		t.Rank = graph.RankRuntime
	}
	if systemEntry(entry) && best != graph.RankUser {
		t.Rank = graph.RankRuntime
	}
	if g.Since > 0 && p.now > g.Since {
		t.Since = time.Duration(p.now - g.Since)
	}
	return t
}

// started is the function of a go statement: of one that the compiler wrapped, for
// its arguments, what the wrapper called.
func (p *Places) started(entry string, frames []*Place) graph.StringID {
	id := p.b.String(PrintName(entry))
	if !strings.HasPrefix(entry[strings.LastIndexByte(entry, '.')+1:], "gowrap") {
		return id
	}
	for i := len(frames) - 1; i > 0; i-- {
		if frames[i].Func == id {
			return frames[i-1].Func
		}
	}
	return id
}

// ThreadRoot is the root of a goroutine's own structure. It is the runtime's:
// what the goroutine's frames hold has a better root than what waits with it.
func ThreadRoot(id graph.ThreadID) graph.Root {
	return graph.Root{Kind: graph.RootThread, Rank: graph.RankRuntime, Thread: id}
}

// systemEntry reports whether the runtime started a goroutine for itself; those
// for finalizers and cleanups run the program's code too. See isSystemGoroutine in
// $GOROOT/src/runtime/traceback.go.
func systemEntry(fn string) bool {
	return strings.HasPrefix(fn, "runtime.") && fn != "runtime.main" && fn != "runtime.corostart" && fn != "runtime.handleAsyncEvent"
}

// Goroutine states, from $GOROOT/src/runtime/runtime2.go.
const (
	statusRunnable  = 1
	statusRunning   = 2
	statusSyscall   = 3
	statusWaiting   = 4
	statusPreempted = 9
)

// state says what a goroutine does, as the runtime's tracebacks do.
func state(status uint32, reason string) string {
	switch status {
	case statusRunnable:
		return "runnable"
	case statusRunning:
		return "running"
	case statusSyscall:
		return "syscall"
	case statusPreempted:
		return "preempted"
	case statusWaiting:
		if reason == "" {
			return "waiting"
		}
		return reason
	}
	return ""
}

// Clock is the latest moment that the runtime's own variables know of, in ns of
// its clock; 0 if the executable does not tell where they are. read returns the
// memory of the process, or nil.
func (e *Exe) Clock(read func(addr uint64, n int) []byte) (now int64) {
	if e == nil {
		return 0
	}
	for _, v := range []struct{ name, typ, field string }{
		{"runtime.sched", "runtime.schedt", "lastpoll"},
		{"runtime.memstats", "runtime.mstats", "last_gc_nanotime"},
	} {
		g, ok := e.GlobalNamed(v.name)
		t := e.NamedType(v.typ)
		if !ok || t == nil {
			continue
		}
		if f, ok := t.Field(v.field); ok {
			if b := read(g.Addr+f.Offset, 8); b != nil {
				now = max(now, int64(binary.LittleEndian.Uint64(b)))
			}
		}
	}
	return now
}

// WaitReason names a runtime.waitReason of the process whose memory read
// returns; "" if the executable does not tell.
func (e *Exe) WaitReason(number uint64, read func(addr uint64, n int) []byte) string {
	const stringLen, longest = 16, 100
	r, ok := e.Symbol("runtime.waitReasonStrings")
	if at := number * stringLen; !ok || at+stringLen > r.Hi-r.Lo {
		return ""
	}
	b := read(r.Lo+number*stringLen, stringLen)
	if b == nil {
		return ""
	}
	n := binary.LittleEndian.Uint64(b[8:])
	if n > longest {
		return ""
	}
	return string(read(binary.LittleEndian.Uint64(b), int(n)))
}
