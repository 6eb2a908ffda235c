package dump

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/dump/python"
	"github.com/refgraph/refgraph/graph/sites"
)

// Options, Progress and the errors of readers; see package source.
type (
	// Options is what the user said about reading dumps; the zero value is the
	// default.
	Options = source.Options
	// Progress is how far reading has come.
	Progress = source.Progress
	// SyntaxError is a dump that is damaged beyond use.
	SyntaxError = source.SyntaxError
	// MismatchError is an executable that did not write the dump.
	MismatchError = source.MismatchError
	// LimitError is a dump that takes more than this process may use.
	LimitError = source.LimitError
	// ChangedError is a file that was cut while it was read.
	ChangedError = source.ChangedError
)

// ErrNotMine is wrapped by a reader's error for a file that looks like its
// format and is not, such as a core of a program in another language.
var ErrNotMine = source.ErrNotMine

// Format is one kind of heap dump and its reader.
type Format struct {
	Name    string // short and stable: "go-heapdump"
	Title   string // for people: "Go heap dump (debug.WriteHeapDump)"
	Capture string // how to take one, a command or a line of code
	// Match reports whether the first bytes of a plain (decompressed) file are
	// of this format. Where several are, the first whose reader does not return
	// ErrNotMine has the file.
	Match func(head []byte) bool
	// Read builds the graph. The source stays open as long as the graph's
	// Detailer is used.
	Read func(ctx context.Context, src *source.Source) (*graph.Graph, error)
	// Parts returns all files of a dump that consists of several, the one to open first,
	// if path names any of them or what their names begin with. It opens none. nil for
	// a format whose dumps are one file, and nil files for a path of no such dump.
	Parts func(path string) ([]string, error)
	// Executable is whether types of this format come from the program that wrote
	// the dump (Options.Exe). Other formats refuse one.
	Executable bool
	// Sites reads where the live memory was allocated; nil for a format that never
	// tells. A dump that does not is a *sites.NoneError.
	Sites func(ctx context.Context, src *source.Source) (*sites.Snapshot, error)
	// Restore makes the Detailer of a graph that was read before, of what its
	// [graph.Restorer] kept. nil if the dump must be read for that.
	Restore func(ctx context.Context, src *source.Source, g *graph.Graph, state func(column string) []byte) (graph.Detailer, error)
}

// OptionError is an option that a dump's format has no use for.
type OptionError struct {
	Name   string // of the file
	Option string // as the field of Options is called
	Format string // its title
}

func (e *OptionError) Error() string {
	return fmt.Sprintf("%s: an executable is of no use for a %s", e.Name, e.Format)
}

// Hint says what to do.
func (e *OptionError) Hint() string {
	return "leave --exe out; only Go's dumps have their types in the executable"
}

// refusal is the error of an executable for a file that no format that takes one can
// read.
func refusal(name string, opts *Options, found []*Format) error {
	if opts.Exe == "" {
		return nil
	}
	for _, f := range found {
		if f.Executable {
			return nil
		}
	}
	return &OptionError{name, "Exe", found[0].Title}
}

// UnknownFormatError is a file that is none of the known formats.
type UnknownFormatError struct {
	Name string
	What string   // what the file is instead, if that is known
	Know []string // titles of the known formats
}

func (e *UnknownFormatError) Error() string {
	what := e.What
	if what == "" {
		what = "not a heap dump that refgraph knows"
	}
	return fmt.Sprintf("%s: %s", e.Name, what)
}

// Hint lists the known formats.
func (e *UnknownFormatError) Hint() string {
	return "known are: " + strings.Join(e.Know, ", ") + "; also inside gzip and zstd"
}

// recognise returns the formats of a dump that begins with head, in the order in
// which they are tried; at least one.
func recognise(name string, head []byte, formats []Format) (found []*Format, err error) {
	unknown := &UnknownFormatError{Name: name, What: guess(head)}
	for i := range formats {
		if formats[i].Match(head) {
			found = append(found, &formats[i])
		}
		unknown.Know = append(unknown.Know, formats[i].Title)
	}
	if len(found) == 0 {
		return nil, unknown
	}
	return found, nil
}

// firstOf gets a graph of the first format that says the file is its own. If none
// does, the error is that of the first.
func firstOf(found []*Format, get func(*Format) (*graph.Graph, error)) (f *Format, g *graph.Graph, err error) {
	var first error
	for _, f := range found {
		g, err := get(f)
		if !errors.Is(err, ErrNotMine) {
			return f, g, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, nil, first
}

// guess says what a file that is no dump looks like, for those who named the
// wrong one.
func guess(head []byte) string {
	switch s := string(head[:min(len(head), 16)]); {
	case s == "":
		return "the file is empty"
	case python.MatchTracemalloc(head):
		return "a tracemalloc snapshot, which has allocation sites and no objects: refgraph sites reads it"
	case strings.HasPrefix(s, "\x7fELF"):
		return "an ELF file that is not a core of a Go program"
	case strings.HasPrefix(s, "\x0a"), strings.HasPrefix(s, "--- "):
		return "not a heap dump (a pprof profile shows who allocated, not who holds; take a heap dump)"
	case strings.HasPrefix(s, "PK\x03\x04"):
		return "a zip archive; unpack it first"
	}
	return ""
}
