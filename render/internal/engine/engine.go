// Package engine lays graphs out with Graphviz, one layout per process.
//
// go-graphviz runs Graphviz as WebAssembly. It is not safe for concurrent use,
// cannot be cancelled and grows with every layout, so [Layout] starts this same
// executable again with an environment variable set; this package's init sees
// the variable, reads DOT from standard input, writes Graphviz's json0 format
// to standard output and ends the process before main starts. So a program that
// links this package needs no hook of its own, and can never run its main twice.
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

	"github.com/refgraph/refgraph/render/internal/enginehome"
)

// childEnv marks the child process.
const childEnv = "REFGRAPH_LAYOUT_CHILD"

// Timeout bounds one layout. Sixty nodes take a twentieth of a second.
const Timeout = 10 * time.Second

// maxOutput bounds what is read from a child; 1000 nodes give 1 MB.
const maxOutput = 64 << 20

// ErrTimeout is returned when a layout took longer than [Timeout].
var ErrTimeout = errors.New("layout took too long")

func init() {
	enginehome.Restore()
	if os.Getenv(childEnv) == "" {
		return
	}
	if err := child(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child does one layout.
func child(r io.Reader, w io.Writer) error {
	// A second belt: the parent kills first, if it still lives.
	time.AfterFunc(Timeout+5*time.Second, func() { os.Exit(1) })
	dot, err := io.ReadAll(r)
	if err != nil {
		return err
	}
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

// Layout lays out a graph in DOT in a child process and returns Graphviz's
// json0, which has positions but no drawing. It costs 60 to 100 ms for small
// graphs and ends the child when ctx ends or [Timeout] is over.
func Layout(ctx context.Context, dot []byte) ([]byte, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, Timeout, ErrTimeout)
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
