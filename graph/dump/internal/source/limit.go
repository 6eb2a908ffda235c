package source

import (
	"fmt"
	"os"
)

// LimitError is a dump that takes more than this process may, or should, use. The
// dump may be sound: with more room it can be read.
type LimitError struct {
	File string
	What string // "unpacked it is larger than 12 GiB"
	Help string // what would help, in one line
}

func (e *LimitError) Error() string { return e.File + ": " + e.What }

// Hint says what would help.
func (e *LimitError) Hint() string { return e.Help }

// ChangedError is a file that was cut while it was read.
type ChangedError struct {
	File string
	Err  error // may be nil
}

func (e *ChangedError) Error() string { return e.File + ": the file was cut while it was read" }

func (e *ChangedError) Unwrap() error { return e.Err }

// Hint says what would help.
func (e *ChangedError) Hint() string {
	return "something still writes it, or has truncated it: wait for its end or take it again, and read a copy that nobody changes"
}

// otherSpool is the limit of spooling where the system does not say what it has.
const otherSpool = 16 << 30

// DefaultMaxSpool is the smaller of four times the machine's memory and half of
// what is free on the disk for temporary files.
func DefaultMaxSpool() int64 {
	limit := int64(otherSpool)
	if m := machineMemory(); m > 0 {
		limit = 4 * m
	}
	if free := diskFree(os.TempDir()); free > 0 {
		limit = min(limit, free/2)
	}
	return limit
}

func spoolLimit(src *Source, limit int64) error {
	what := "unpacked it is"
	if src.stream != nil {
		what = "what comes out of the pipe is"
	}
	return &LimitError{File: src.Name, What: fmt.Sprintf("%s larger than %s, the limit of --max-spool", what, gib(limit)),
		Help: fmt.Sprintf("if it is meant to be that large, say --max-spool with more; %s, where it is unpacked (TMPDIR), has %s free", os.TempDir(), gib(diskFree(os.TempDir())))}
}

// gib writes a number of bytes for people.
func gib(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
