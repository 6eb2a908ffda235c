// Package engine lays graphs out with Graphviz.
//
// go-graphviz runs Graphviz as WebAssembly. It is not safe for concurrent use,
// cannot be cancelled and grows with every layout. So [Process] does each layout
// in a process of its own: it starts a program with an environment variable set,
// and that program's main calls [Serve], which sees the variable, reads DOT from
// standard input, writes Graphviz's json0 format to standard output and ends the
// process. [Here] needs no such program and does one layout after the other in
// this process.
package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/goccy/go-graphviz"

	"github.com/refgraph/refgraph/render/draw/internal/enginehome"
)

// childEnv marks the child process.
const childEnv = "REFGRAPH_LAYOUT_CHILD"

// Timeout bounds one layout. Sixty nodes take a twentieth of a second. In a child
// on Linux it is time of the processor, so that a picture does not depend on how
// busy the machine is; elsewhere it is time on the wall.
const Timeout = 10 * time.Second

// maxOutput bounds what is read from a child; 1000 nodes give 1 MB.
const maxOutput = 64 << 20

// ErrTimeout is returned when a layout took longer than [Timeout].
var ErrTimeout = errors.New("layout took too long")

// The engine has initialised when this package does: the user's temporary folder
// is put back.
func init() { enginehome.Restore() }

// Serve does one layout and ends the process if [Process] started it; otherwise
// it returns at once.
func Serve() {
	if os.Getenv(childEnv) == "" {
		return
	}
	limitCPU(Timeout)
	// A second belt: the parent kills first, if it still lives.
	time.AfterFunc(patience+5*time.Second, func() { os.Exit(1) })
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(r io.Reader, w io.Writer) error {
	dot, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return layout(dot, w)
}

// layout does one layout.
func layout(dot []byte, w io.Writer) error {
	ctx := context.Background()
	gv, err := graphviz.New(ctx)
	if err != nil {
		return err
	}
	g, err := graphviz.ParseBytes(dot)
	if err != nil {
		return err
	}
	if g == nil {
		return errors.New("empty graph")
	}
	return gv.Render(ctx, g, "json0", w)
}

// here lets one layout at a time into the engine, of which a process has one.
var here = make(chan struct{}, 1)

// Here lays out a graph in DOT in this process, after the layouts that others
// wait for, and returns Graphviz's json0. When ctx ends or [Timeout] is over it
// returns; the engine works on until it is done, and lets nobody in before.
func Here(ctx context.Context, dot []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, Timeout, ErrTimeout)
	defer cancel()
	select {
	case here <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	type result struct {
		out []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-here }()
		out := &limited{max: maxOutput}
		err := layout(dot, out)
		done <- result{out.Bytes(), err}
	}()
	select {
	case r := <-done:
		return r.out, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Process lays out a graph in DOT in a child process of the program exe, whose
// main calls [Serve], and returns Graphviz's json0, which has positions but no
// drawing. It costs 60 to 100 ms for small graphs and ends the child when ctx
// ends or [Timeout] is over.
func Process(ctx context.Context, exe string, dot []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stdin = bytes.NewReader(dot)
	out := &limited{max: maxOutput}
	errOut := &limited{max: 4096}
	cmd.Stdout, cmd.Stderr = out, errOut
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if spent(cmd.ProcessState, Timeout) {
			return nil, ErrTimeout
		}
		return nil, fmt.Errorf("layout: %w: %s", err, firstLine(errOut.String()))
	}
	if out.Len() == 0 {
		return nil, errors.New("layout: no output")
	}
	return out.Bytes(), nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// limited is a buffer that fails once it holds max bytes.
type limited struct {
	bytes.Buffer
	max int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.max {
		return 0, errors.New("too much output")
	}
	return l.Buffer.Write(p)
}
