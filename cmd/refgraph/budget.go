package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/memlimit"
	"github.com/refgraph/refgraph/cmd/refgraph/internal/within"
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/pflag"
)

// budgetText states what a dump may cost, for people who read files that they do
// not trust.
const budgetText = `A dump may cost at most 300 MB of memory and six times its size; tables that would
take more are refused, as is a heap that does not fit the memory that the process
may have (free memory, ulimit, cgroup; GOMEMLIMIT overrides). What is inside a
compressed file is recognised before it is unpacked; unpacked it may have --max-spool
bytes, by default four times the machine's memory or half of the free disk.`

// budget is what reading dumps may cost.
type budget struct{ maxSpool byteSize }

func (b *budget) add(f *pflag.FlagSet) {
	f.Var(&b.maxSpool, "max-spool", "most bytes of a compressed or piped dump when it is unpacked, such as 20G (default: four times the memory, or half the free disk)")
}

// options is how all commands open dumps.
func (a *app) options(bar *bar) *dump.Options {
	return &dump.Options{Exe: a.exe, DumpID: a.dumpID, Progress: bar.show, MaxSpool: int64(a.budget.maxSpool)}
}

// byteSize is a number of bytes on a command line: 500M, 20G, 12GiB, 1048576.
type byteSize int64

func (s *byteSize) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

func (s *byteSize) Type() string { return "bytes" }

func (s *byteSize) Set(text string) error {
	number := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(text), "B"), "I")
	shift := 0
	if k := len(number); k > 0 {
		if i := strings.IndexByte("KMGT", number[k-1]); i >= 0 {
			number, shift = number[:k-1], 10*(i+1)
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n <= 0 || n*float64(int64(1)<<shift) > 1<<62 {
		return fmt.Errorf("%s: not a number of bytes, such as 500M or 20G", text)
	}
	*s = byteSize(n * float64(int64(1)<<shift))
	return nil
}

// limitMemory makes what this process may have the limit of Go's memory, which
// graphs are checked against, unless the user has set one.
func limitMemory(files ...string) memlimit.Limit {
	if os.Getenv("GOMEMLIMIT") != "" {
		return memlimit.Limit{Bytes: debug.SetMemoryLimit(-1), Why: "GOMEMLIMIT"}
	}
	mapped := int64(0)
	for _, file := range files {
		if st, err := os.Stat(file); err == nil && st.Mode().IsRegular() {
			mapped += st.Size()
		}
	}
	l := memlimit.Find(mapped)
	if l != memlimit.None {
		debug.SetMemoryLimit(l.Bytes - l.Bytes/16)
	}
	return l
}

// runWithin runs the command line in a child process if memory is limited from
// outside, and says what limits it if it was not enough.
func runWithin() (code int, ran bool) {
	limit := memlimit.Set()
	if limit == memlimit.None {
		return 0, false
	}
	code, short, ran := within.Run()
	if short {
		(&app{err: os.Stderr}).complain(errorJSON{"this takes more memory than the process may have: " + limit.Why, moreMemory, code}, slices.Contains(os.Args, "--json"))
	}
	return code, ran
}

const moreMemory = "raise that limit, or read the dump on another machine: it is a file like any other"

// openWithin opens a dump within what the process may have.
func (a *app) openWithin(ctx context.Context, path string, bar *bar) (*ask.Session, error) {
	limit := limitMemory(path, a.exe)
	s, err := ask.Open(ctx, path, &ask.Options{Options: *a.options(bar), Cache: a.cache(), Values: a.values, Refcounts: a.refcounts})
	var full *graph.RoomError
	if errors.As(err, &full) {
		return nil, hintError{fmt.Errorf("%s: its %s objects need about %s of memory, and this process may have %s: %s",
			path, view.Count(full.Objects), view.Bytes(uint64(full.Need)), view.Bytes(uint64(full.Limit)), limit.Why),
			moreMemory + "; GOMEMLIMIT=8GiB tries all the same"}
	}
	return s, err
}

// openDumps are the sessions that a command has opened.
type openDumps struct {
	mu   sync.Mutex
	list []*ask.Session
}

func (o *openDumps) add(s *ask.Session) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, s)
}

// err tells whether what was shown of all of them could be read.
func (o *openDumps) err() error {
	for _, s := range o.list {
		if err := s.Err(); err != nil {
			return err
		}
	}
	return nil
}
