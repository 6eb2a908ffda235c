package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	capturenode "github.com/refgraph/refgraph/cmd/refgraph/internal/capture/node"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// nodeFlags are the flags of capture node.
type nodeFlags struct {
	pid     int
	address string
	output  string
	yes     bool
	timeout time.Duration
}

func newCaptureNode(a *app) *cobra.Command {
	var f nodeFlags
	c := &cobra.Command{
		Use:   "node --pid N -o FILE",
		Short: "Take a heap snapshot of a live Node process",
		Long: `capture node opens the inspector of a Node process (SIGUSR1, on the loopback
address only), takes a heap snapshot over it and closes it again. The process stops
while it makes the snapshot, for about a second for every 5 MB of its heap, and needs
up to twice its memory meanwhile: what that means for this process is said, and asked
for, before anything is done (--yes where nobody can answer).

A snapshot has the texts of the program in it: treat the file like the data.

Where a process has its inspector open already (--inspect), --address names it.
Without an inspector: node --heapsnapshot-signal=SIGUSR2, or v8.writeHeapSnapshot()
in the program.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runCaptureNode(c.Context(), a, f) },
	}
	c.Flags().IntVar(&f.pid, "pid", 0, "process id of the program")
	c.Flags().StringVar(&f.address, "address", "", "HOST:PORT of an inspector that is open, instead of --pid")
	c.Flags().StringVarP(&f.output, "output", "o", "", "file to write; gzipped if it ends in .gz")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask before the process is stopped")
	c.Flags().DurationVar(&f.timeout, "timeout", 30*time.Minute, "how long to wait for the snapshot")
	return c
}

func runCaptureNode(ctx context.Context, a *app, f nodeFlags) error {
	switch {
	case f.pid <= 0 && f.address == "":
		return usageError{hintError{fmt.Errorf("which process?"), "give --pid N, or --address HOST:PORT of its inspector"}}
	case f.pid > 0 && f.address != "":
		return usageError{fmt.Errorf("--pid or --address, not both")}
	case f.output == "" || f.output == "-":
		return usageError{hintError{fmt.Errorf("which file?"), "give -o heap.heapsnapshot.gz"}}
	}
	var p *capture.Process
	if f.pid > 0 {
		var err error
		if p, err = capture.Look(f.pid); err != nil {
			return err
		}
	}
	if err := agree(a, f, p); err != nil {
		return err
	}
	start := time.Now()
	out, err := captureNode(ctx, f, p)
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
	_, err = fmt.Fprintf(a.out, "%s: %s in %.1f s, taken by %s\n", capture.Clean(out.File), view.Bytes(uint64(out.Bytes)), out.Seconds, out.Method)
	if err == nil {
		a.next(out.File, []string{"suspects"}, []string{"info"})
	}
	return err
}

// agree says what the snapshot costs the process and asks whether to go on.
func agree(a *app, f nodeFlags, p *capture.Process) error {
	cost := "the process stops while it makes the snapshot"
	if p != nil {
		stops, memory := capturenode.Cost(p)
		cost = fmt.Sprintf("process %d (%s) will stop for up to %s, and may need up to %s of memory more meanwhile", p.PID, p.Name, stops.Round(time.Second), view.Bytes(uint64(memory)))
	}
	if f.yes {
		fmt.Fprintf(a.err, "note: %s\n", cost)
		return nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return usageError{hintError{errors.New(cost), "nobody can be asked: give --yes if that is fine"}}
	}
	fmt.Fprintf(a.err, "%s. Go on? [y/N] ", cost)
	answer, _ := bufio.NewReader(io.LimitReader(os.Stdin, 100)).ReadString('\n')
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errors.New("nothing was done")
	}
	return nil
}

// captureNode takes the snapshot. The output appears under its name when it is
// complete, or not at all.
func captureNode(ctx context.Context, f nodeFlags, p *capture.Process) (*captureJSON, error) {
	file, err := capture.NewOutput(f.output, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	buffered := bufio.NewWriterSize(file, 1<<20)
	var w io.Writer = buffered
	var compressed *gzip.Writer
	if strings.HasSuffix(f.output, ".gz") {
		if compressed, err = gzip.NewWriterLevel(buffered, gzip.BestSpeed); err != nil {
			return nil, err
		}
		w = compressed
	}
	opts, res := capturenode.Options{Timeout: f.timeout}, (*capturenode.Result)(nil)
	if p != nil {
		res, err = capturenode.Capture(ctx, p, opts, w)
	} else {
		res, err = capturenode.CaptureAddress(ctx, f.address, opts, w)
	}
	if errors.Is(err, capture.ErrUnsupported) {
		return nil, hintError{err, "start the program with --inspect and use --address"}
	}
	if err == nil && compressed != nil {
		err = compressed.Close()
	}
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return nil, err
	}
	n, err := file.Commit()
	if err != nil {
		return nil, err
	}
	return &captureJSON{File: f.output, Bytes: n, Method: res.Method, Warning: res.Warning}, nil
}
