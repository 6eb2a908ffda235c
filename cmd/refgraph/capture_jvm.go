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
	capturejvm "github.com/refgraph/refgraph/cmd/refgraph/internal/capture/jvm"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// jvmFlags are the flags of capture jvm.
type jvmFlags struct {
	pid     int
	output  string
	all     bool
	tmp     string
	timeout time.Duration
}

func newCaptureJVM(a *app) *cobra.Command {
	var f jvmFlags
	c := &cobra.Command{
		Use:   "jvm --pid N -o FILE",
		Short: "Dump the heap of a live JVM (HotSpot: OpenJDK, Temurin, Oracle)",
		Long: `capture jvm has a live JVM write its heap dump through its own attach socket, as
jcmd does; no JDK is needed on the machine. The JVM stands still meanwhile: about a
second for each GB. It works into containers, and needs Linux and to be root or the
process's user.

The JVM collects garbage first, unless --all is given. Its file is written to /tmp of
the process (--tmp says another folder) and removed from there.

A heap dump has all values: texts, keys, secrets.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runCaptureJVM(c.Context(), a, f) },
	}
	c.Flags().IntVar(&f.pid, "pid", 0, "process id of the program")
	c.Flags().StringVarP(&f.output, "output", "o", "", "file to write; gzipped if it ends in .gz")
	c.Flags().BoolVar(&f.all, "all", false, "dump what is garbage too, without a collection before")
	c.Flags().StringVar(&f.tmp, "tmp", "", "folder for the JVM's file, as the process sees it (default /tmp)")
	c.Flags().DurationVar(&f.timeout, "timeout", 10*time.Minute, "how long to wait for the dump")
	return c
}

func runCaptureJVM(ctx context.Context, a *app, f jvmFlags) error {
	switch {
	case f.pid <= 0:
		return usageError{hintError{fmt.Errorf("which process?"), "give --pid N; pgrep java lists JVMs"}}
	case f.output == "" || f.output == "-":
		return usageError{hintError{fmt.Errorf("which file?"), "give -o heap.hprof.gz"}}
	}
	start := time.Now()
	n, err := captureJVM(ctx, f)
	if err != nil {
		return err
	}
	out := captureJSON{File: f.output, Bytes: n, Method: "the JVM's attach socket", Seconds: time.Since(start).Seconds()}
	if a.json {
		return a.writeJSON(a.out, out)
	}
	_, err = fmt.Fprintf(a.out, "%s: %s in %.1f s, taken by %s\n", capture.Clean(out.File), view.Bytes(uint64(out.Bytes)), out.Seconds, out.Method)
	if err == nil {
		a.next(out.File, []string{"suspects"}, []string{"info"})
	}
	return err
}

// captureJVM takes the dump. The output appears under its name when it is complete,
// or not at all.
func captureJVM(ctx context.Context, f jvmFlags) (int64, error) {
	p, err := capture.Look(f.pid)
	if err != nil {
		return 0, err
	}
	file, err := capture.NewOutput(f.output, 0o600)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	w := &lateGzip{w: file, want: strings.HasSuffix(f.output, ".gz")}
	opts := capturejvm.Options{All: f.all, Gzip: w.want, Tmp: f.tmp, Timeout: f.timeout}
	_, err = capturejvm.Capture(ctx, p, opts, w)
	if errors.Is(err, capture.ErrUnsupported) {
		return 0, hintError{err, "jcmd PID GC.heap_dump /path/to/heap.hprof"}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return 0, err
	}
	return file.Commit()
}

// lateGzip compresses what is written if that is wanted, and what comes is not
// compressed already: old JVMs cannot.
type lateGzip struct {
	w    io.Writer
	want bool
	z    *gzip.Writer
	seen bool
}

func (g *lateGzip) Write(b []byte) (int, error) {
	if !g.seen && len(b) > 0 {
		g.seen = true
		if g.want && b[0] != 0x1f {
			z, err := gzip.NewWriterLevel(g.w, gzip.BestSpeed)
			if err != nil {
				return 0, err
			}
			g.z = z
		}
	}
	if g.z != nil {
		return g.z.Write(b)
	}
	return g.w.Write(b)
}

// Close ends the compressed stream.
func (g *lateGzip) Close() error {
	if g.z != nil {
		return g.z.Close()
	}
	return nil
}
