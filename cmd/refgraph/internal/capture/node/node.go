package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// Options is how to take a snapshot.
type Options struct {
	Timeout time.Duration // for all of it; 0 for 30 minutes
	Opening time.Duration // for the inspector to open; 0 for 10 seconds
}

// Result is what was done.
type Result struct {
	Bytes   int64
	Method  string // "SIGUSR1" or "the inspector that was open"
	Warning string // what is left behind; "" if nothing is
}

// Cost says what a snapshot costs the process: how long it stops, about, and how
// much memory it needs in the meantime. A process spends about a fifth of a second on
// each megabyte of its heap, of which its resident memory is an upper bound.
func Cost(p *capture.Process) (stops time.Duration, memory int64) {
	const perMB = 200 * time.Millisecond
	return max(time.Second, time.Duration(p.Resident>>20)*perMB), 2 * p.Resident
}

// Capture takes a snapshot of a process.
func Capture(ctx context.Context, p *capture.Process, opts Options, w io.Writer) (*Result, error) {
	if err := p.Ready(); err != nil {
		return nil, err
	}
	if err := check(p); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, orDefault(opts.Timeout, 30*time.Minute), errors.New("no snapshot in the time that was given (--timeout)"))
	defer cancel()
	res := &Result{Method: "the inspector that was open"}
	address, err := listening(ctx, p)
	if err != nil {
		return nil, err
	}
	opened := address == ""
	if opened {
		if address, err = open(ctx, p, orDefault(opts.Opening, 10*time.Second)); err != nil {
			return nil, err
		}
		res.Method = "SIGUSR1"
	}
	return res, finish(ctx, address, opened, w, res)
}

// CaptureAddress takes a snapshot of the process whose inspector is at host:port.
func CaptureAddress(ctx context.Context, address string, opts Options, w io.Writer) (*Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, orDefault(opts.Timeout, 30*time.Minute), errors.New("no snapshot in the time that was given (--timeout)"))
	defer cancel()
	res := &Result{Method: "the inspector at " + capture.Clean(address)}
	return res, finish(ctx, address, false, w, res)
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// finish takes the snapshot at an address and closes the inspector if it was opened
// for that.
func finish(ctx context.Context, address string, opened bool, w io.Writer, res *Result) error {
	c, err := dial(ctx, address)
	if err != nil {
		if opened {
			err = fmt.Errorf("%w; its inspector is open at %s now, until the process ends", err, address)
		}
		return err
	}
	defer c.close()
	res.Bytes, err = c.snapshot(ctx, w)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if opened {
		if shut := c.shut(context.WithoutCancel(ctx), address); shut != nil && err == nil {
			res.Warning = fmt.Sprintf("the inspector could not be closed again (%v): it is open at %s until the process ends", shut, address)
		}
	}
	return err
}

// open opens the inspector, and waits for it.
func open(ctx context.Context, p *capture.Process, wait time.Duration) (string, error) {
	if !p.Catches(sigusr1) {
		return "", &capture.Refusal{Why: fmt.Sprintf("process %d (%s) does not catch SIGUSR1, which would end it", p.PID, p.Name),
			Advice: "it was started with --disable-sigusr1 or is still starting; start it with --heapsnapshot-signal=SIGUSR2, or --inspect and use --address"}
	}
	if err := p.Signal(sigusr1); err != nil {
		return "", err
	}
	for end := time.Now().Add(wait); time.Now().Before(end); {
		if address, err := listening(ctx, p); address != "" || err != nil {
			return address, err
		}
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
		if !p.Alive() {
			return "", &capture.Refusal{Why: fmt.Sprintf("process %d ended", p.PID)}
		}
	}
	return "", &capture.Refusal{Why: fmt.Sprintf("process %d did not open its inspector within %s", p.PID, wait),
		Advice: "its port 9229 is taken (its standard error says so), its event loop is blocked, or the program handles SIGUSR1 itself; start it with --inspect=127.0.0.1:0 and use --address"}
}
