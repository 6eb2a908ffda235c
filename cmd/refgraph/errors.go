package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
)

// Exit codes of every command.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFailOn      = 3
	exitNotADump    = 4
	exitInterrupted = 130
)

const exitCodes = `Exit codes: 0 fine, 1 failed, 2 usage, 3 --fail-on hit (or its type is in neither dump), 4 not a dump or damaged beyond use, 130 interrupted.`

// errorJSON is how an error is written with --json, on standard error.
type errorJSON struct {
	Error    string `json:"error"`
	Hint     string `json:"hint"` // what to do about it; may be empty
	ExitCode int    `json:"exit_code"`
}

// usageError is a command line that cannot be carried out.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// failOnError is a --fail-on condition that holds.
type failOnError struct{ error }

func (e failOnError) Unwrap() error { return e.error }

// hintError adds what to do about an error.
type hintError struct {
	error
	hint string
}

func (e hintError) Unwrap() error { return e.error }

// exitCode is the one table from errors to exit codes.
func exitCode(ctx context.Context, err error) int {
	var (
		usage    usageError
		failOn   failOnError
		unknown  *dump.UnknownFormatError
		syntax   *dump.SyntaxError
		mismatch *dump.MismatchError
		asked    *ask.Error
		option   *dump.OptionError
	)
	switch {
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &asked) && asked.Usage, errors.As(err, &option):
		return exitUsage
	case errors.As(err, &failOn):
		return exitFailOn
	case errors.As(err, &mismatch):
		return exitFailed
	case errors.As(err, &unknown), errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, dump.ErrNotMine):
		return exitNotADump
	case isCobraUsage(err):
		return exitUsage
	}
	return exitFailed
}

// isCobraUsage recognises what cobra says about a command line; it has no
// error types for that.
func isCobraUsage(err error) bool {
	for _, s := range []string{"unknown command", "unknown flag", "unknown shorthand", "accepts ", "requires at least", "required flag", "invalid argument", "flag needs an argument"} {
		if strings.HasPrefix(err.Error(), s) {
			return true
		}
	}
	return false
}

const interrupted = "interrupted"

func message(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return interrupted
	}
	return err.Error()
}

// hint is what to do about an error, in one line.
func hint(err error) string {
	var (
		h        hintError
		mismatch *dump.MismatchError
		syntax   *dump.SyntaxError
		hinter   interface{ Hint() string }
	)
	switch {
	case errors.As(err, &h):
		return h.hint
	case errors.As(err, &hinter):
		return hinter.Hint()
	case errors.As(err, &mismatch):
		return "give the very binary that wrote the dump with --exe (its build id must match); a heap dump opens without, too"
	case errors.As(err, &syntax):
		return "the dump is damaged; a full disk or a killed process often cuts dumps short: take it again"
	case errors.Is(err, fs.ErrNotExist):
		return "check the path"
	case isCobraUsage(err):
		return "see refgraph --help"
	}
	return ""
}
