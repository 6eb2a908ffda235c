// Command refgraph answers which references keep objects alive, from a heap
// dump of any managed runtime.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/within"
	"github.com/refgraph/refgraph/render/draw"
	"github.com/spf13/cobra"
)

func main() {
	draw.ServeChild()
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) // until the process ends
	if code, ran := runWithin(); ran {
		os.Exit(code)
	}
	a := &app{out: os.Stdout, err: within.Stderr(), exit: os.Exit}
	a.self, _ = os.Executable() // without, layouts are done in this process
	code := a.run(ctx, os.Args[1:])
	if err := os.Stdout.Close(); err != nil && code == exitOK { // a network disk that is full says so only now
		fmt.Fprintf(a.err, "refgraph: %v\n", outputError("standard output", err))
		code = exitFailed
	}
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	out := a.guarded()
	root := newRoot(a)
	fitted := func() error { return nil }
	if c, _, err := root.Find(args); err == nil && !verbatim(c, args) {
		fitted = a.fit(a.terminalWidth())
	}
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if failed := fitted(); err == nil {
		err = failed
	}
	if err == nil {
		err = cmp.Or(a.opened.err(), out.err)
	}
	if err == nil {
		return exitOK
	}
	code := exitCode(ctx, err)
	a.complain(errorJSON{message(ctx, err), hint(err), code}, a.json || slices.Contains(args, "--json"))
	return code
}

// verbatim reports whether what a command writes is for other programs, and stays
// as it is.
func verbatim(c *cobra.Command, args []string) bool {
	for up := c; up != nil; up = up.Parent() {
		if up.Name() == "completion" || up.Name() == cobra.ShellCompRequestCmd || up.Name() == cobra.ShellCompNoDescRequestCmd {
			return true
		}
	}
	return slices.ContainsFunc(args, func(s string) bool {
		return s == "--json" || s == "--print-dumper" || s == "--licenses" || s == "-o" || strings.HasPrefix(s, "--output")
	})
}

// complain writes an error for people, or for programs.
func (a *app) complain(e errorJSON, asJSON bool) {
	if asJSON {
		text, err := json.Marshal(e)
		if err == nil {
			fmt.Fprintf(a.err, "%s\n", cleanJSON(text))
			return
		}
	}
	fmt.Fprintf(a.err, "refgraph: %s\n", e.Error)
	if e.Hint != "" {
		fmt.Fprintf(a.err, "hint: %s\n", e.Hint)
	}
}

// grace is how long a command has to end by itself when it is interrupted.
const grace = 40 * time.Millisecond

// endSoon ends the process when the context does, whatever it is in the middle
// of: to leave the analyses of a large heap in order can take longer than a
// person waits for Ctrl-C. Nothing but files of the cache has to be put in order
// by a command that reads dumps.
func (a *app) endSoon(ctx context.Context) {
	if a.exit == nil {
		return
	}
	context.AfterFunc(ctx, func() {
		time.Sleep(grace)
		a.complain(errorJSON{Error: interrupted, ExitCode: exitInterrupted}, a.json)
		a.cache().Abandon()
		a.exit(exitInterrupted)
	})
}
