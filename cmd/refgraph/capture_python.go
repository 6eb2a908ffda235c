package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	capturepython "github.com/refgraph/refgraph/cmd/refgraph/internal/capture/python"
	"github.com/refgraph/refgraph/graph/dump/python"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// pythonFlags are the flags of capture python.
type pythonFlags struct {
	pid         int
	output      string
	printDumper bool
	redact      bool
	noFork      bool
	timeout     time.Duration
}

func newCapturePython(a *app) *cobra.Command {
	var f pythonFlags
	c := &cobra.Command{
		Use:   "python --pid N -o FILE",
		Short: "Dump the heap of a live CPython process (3.8 and later)",
		Long: `capture python forks a live process, which pauses for some milliseconds, and has
the fork write the heap out through its memory: the process itself runs no Python
code of refgraph's, opens nothing and is left as it was, also if refgraph is killed
meanwhile. That needs Linux on amd64, and to be root or the process's user. A
process with a seccomp filter that may forbid to fork dumps its heap itself, which
takes longer; --no-fork asks for that.

The dump holds no values (texts, numbers, keys) unless --values is given.

A program can also dump itself, on every system:

  refgraph capture python --print-dumper > refgraph_dump.py
  python -c 'import refgraph_dump; refgraph_dump.dump("heap.pydump.gz")'

or when it gets a signal: refgraph_dump.install(signal.SIGUSR2, "/var/tmp").`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runCapturePython(c.Context(), a, f) },
	}
	c.Flags().IntVar(&f.pid, "pid", 0, "process id of the program")
	c.Flags().StringVarP(&f.output, "output", "o", "", "file to write; gzipped if it ends in .gz")
	c.Flags().BoolVar(&f.printDumper, "print-dumper", false, "print refgraph_dump.py instead, to import in a program")
	c.Flags().BoolVar(&f.redact, "redact", true, "leave values out of the dump; --values is the opposite")
	c.Flags().BoolVar(&f.noFork, "no-fork", false, "dump in the process itself, which pauses for as long as that takes")
	c.Flags().DurationVar(&f.timeout, "timeout", 10*time.Minute, "how long to wait for the dump")
	return c
}

// captureJSON is the contract of `capture python --json`.
type captureJSON struct {
	File    string  `json:"file"`
	Bytes   int64   `json:"bytes"`
	Method  string  `json:"method"`
	Forked  bool    `json:"forked"`
	Warning string  `json:"warning,omitempty"`
	Seconds float64 `json:"seconds"`
	Paused  float64 `json:"paused_seconds,omitempty"` // how long its main thread did nothing else
}

func runCapturePython(ctx context.Context, a *app, f pythonFlags) error {
	if f.printDumper {
		_, err := io.WriteString(a.out, python.Dumper)
		return err
	}
	switch {
	case f.pid <= 0:
		return usageError{hintError{fmt.Errorf("which process?"), "give --pid N, or --print-dumper for the module to import"}}
	case f.output == "" || f.output == "-":
		return usageError{hintError{fmt.Errorf("which file?"), "give -o heap.pydump.gz"}}
	}
	start := time.Now()
	out, err := capturePython(ctx, f, a.values || !f.redact)
	if err != nil {
		return err
	}
	out.Seconds = time.Since(start).Seconds()
	if a.json {
		return a.writeJSON(a.out, out)
	}
	if out.Warning != "" {
		fmt.Fprintf(a.err, "note: %s\n", out.Warning)
	}
	_, err = fmt.Fprintf(a.out, "%s: %s in %.1f s, taken by %s; its main thread paused for %s\n", capture.Clean(out.File), view.Bytes(uint64(out.Bytes)), out.Seconds, out.Method, pause(out.Paused))
	if err == nil {
		a.next(out.File, []string{"suspects"}, []string{"info"})
	}
	return err
}

// pause is a time for people.
func pause(seconds float64) string {
	if seconds < 1 {
		return fmt.Sprintf("%.0f ms", max(1, seconds*1000))
	}
	return fmt.Sprintf("%.1f s", seconds)
}

// capturePython takes the dump. The output appears under its name when it is
// complete, or not at all.
func capturePython(ctx context.Context, f pythonFlags, values bool) (*captureJSON, error) {
	p, err := capture.Look(f.pid)
	if err != nil {
		return nil, err
	}
	file, err := capture.NewOutput(f.output, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var w io.Writer = file
	var compressed *gzip.Writer
	if strings.HasSuffix(f.output, ".gz") {
		if compressed, err = gzip.NewWriterLevel(file, gzip.BestSpeed); err != nil {
			return nil, err
		}
		w = compressed
	}
	r, err := capturepython.Capture(ctx, p, capturepython.Options{Values: values, NoFork: f.noFork, Timeout: f.timeout}, w)
	if errors.Is(err, capture.ErrUnsupported) {
		return nil, hintError{err, "import refgraph_dump in the program: refgraph capture python --print-dumper"}
	}
	if err == nil && compressed != nil {
		err = compressed.Close()
	}
	if err != nil {
		return nil, err
	}
	n, err := file.Commit()
	if err != nil {
		return nil, err
	}
	return &captureJSON{File: f.output, Bytes: n, Method: r.Method, Forked: r.Forked, Warning: r.Warning, Paused: r.Paused.Seconds()}, nil
}
