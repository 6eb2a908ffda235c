package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/refgraph/refgraph/graph/dump/python"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

func newCapture(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "capture",
		Short: "Take a dump of a live process",
		Long: `capture takes a heap dump of a process that runs. For Python that needs no change
to the program; refgraph formats says how to take dumps of other runtimes.`,
	}
	c.AddCommand(newCapturePython(a))
	return c
}

// captureFlags are the flags of capture python.
type captureFlags struct {
	pid         int
	output      string
	printDumper bool
	redact      bool
	python      string
	stage       string
	timeout     time.Duration
}

func newCapturePython(a *app) *cobra.Command {
	var f captureFlags
	c := &cobra.Command{
		Use:   "python --pid N -o FILE",
		Short: "Dump the heap of a live CPython process (3.8 to 3.14)",
		Long: `capture python has a live process dump its heap in a forked child: the process
stops for some milliseconds, while the child writes the dump. Python 3.14 and later
are asked with sys.remote_exec; earlier ones through ptrace (Linux on amd64) or with
gdb, which must be installed then. The dump holds no values (texts, numbers, keys)
unless --values is given.

A program can also dump itself:

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
	c.Flags().StringVar(&f.python, "python", "", "interpreter of the program, for 3.14 and later (default: the process's own)")
	c.Flags().StringVar(&f.stage, "tmp", "", "folder that the process can write to (default: its temporary folder)")
	c.Flags().DurationVar(&f.timeout, "timeout", 10*time.Minute, "how long to wait for the dump")
	return c
}

// captureJSON is the contract of `capture python --json`.
type captureJSON struct {
	File    string  `json:"file"`
	Bytes   int64   `json:"bytes"`
	Method  string  `json:"method"`
	Seconds float64 `json:"seconds"`
}

func runCapturePython(ctx context.Context, a *app, f captureFlags) error {
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
	_, err = fmt.Fprintf(a.out, "%s: %s in %.1f s, taken with %s\n", out.File, view.Bytes(uint64(out.Bytes)), out.Seconds, out.Method)
	return err
}
