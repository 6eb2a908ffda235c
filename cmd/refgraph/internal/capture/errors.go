package capture

import (
	"errors"
	"strings"
	"unicode"
)

// ErrUnsupported is wrapped by errors of what this system cannot do.
var ErrUnsupported = errors.New("not supported on this system")

// Refusal says why no dump is taken of a process, which runs on as before, and
// what to do about it.
type Refusal struct {
	Why    string
	Advice string // one line, may be empty
	Cause  error  // may be nil
}

// Error is the reason, and the cause if there is one.
func (e *Refusal) Error() string {
	if e.Cause != nil {
		return e.Why + ": " + Clean(e.Cause.Error())
	}
	return e.Why
}

// Unwrap is the cause.
func (e *Refusal) Unwrap() error { return e.Cause }

// Hint is what to do about it.
func (e *Refusal) Hint() string { return e.Advice }

// maxClean is how many characters Clean keeps.
const maxClean = 500

// Clean makes a text of a process, or of a file that others can write, fit for a
// terminal and a log: one line, no control or bidirectional characters, not endless.
func Clean(text string) string {
	if len(text) > 8*maxClean {
		text = text[:8*maxClean]
	}
	n := 0
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if n++; n > maxClean {
			return -1
		}
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD")))
}
