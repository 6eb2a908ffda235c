package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/refgraph/refgraph/render/draw"
)

// guarded wraps both outputs of an app: nothing is lost on standard output in
// silence, and nothing that a terminal would act on comes out of an error.
func (a *app) guarded() (out *wholeWriter) {
	out = &wholeWriter{w: a.out}
	a.out, a.err = out, &harmlessWriter{a.err}
	return out
}

// wholeWriter remembers that a write failed, for those who print line by line.
type wholeWriter struct {
	w   io.Writer
	err error
}

func (w *wholeWriter) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.w.Write(p)
	if err != nil {
		w.err = outputError("standard output", err)
	}
	return n, w.err
}

func (w *wholeWriter) Unwrap() io.Writer { return w.w }

// harmlessWriter passes text without what could rewrite a terminal: file names,
// arguments and parts of dumps are in errors.
type harmlessWriter struct{ w io.Writer }

func (w *harmlessWriter) Write(p []byte) (int, error) {
	_, err := w.w.Write([]byte(strings.Map(harmless, strings.ToValidUTF8(string(p), "\uFFFD"))))
	return len(p), err
}

func (w *harmlessWriter) Unwrap() io.Writer { return w.w }

// harmless replaces control and bidirectional characters, but for ends of lines
// and tabs.
func harmless(r rune) rune {
	if r != '\n' && r != '\t' && !visible(r) {
		return unicode.ReplacementChar
	}
	return r
}

// visible reports whether a character shows and changes nothing around it.
func visible(r rune) bool {
	const joiner, nonJoiner = 0x200D, 0x200C // of scripts and emoji
	return !unicode.IsControl(r) && (!unicode.Is(unicode.Cf, r) || r == joiner || r == nonJoiner) && r != 0x2028 && r != 0x2029
}

// fileOf returns the file that a writer ends in.
func fileOf(w io.Writer) (*os.File, bool) {
	for {
		inside, ok := w.(interface{ Unwrap() io.Writer })
		if !ok {
			f, ok := w.(*os.File)
			return f, ok
		}
		w = inside.Unwrap()
	}
}

// cleanJSON replaces in JSON text what is no visible character inside strings.
func cleanJSON(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if n, r, ok := escaped(text[i:]); ok {
			out = append(out, r...)
			i += n
			continue
		}
		r, n := rune(text[i]), 1
		if r >= 0x80 {
			r, n = decode(text[i:])
		}
		if r == '\n' || r < 0x80 && r != 0x7f || visible(r) {
			out = append(out, text[i:i+n]...)
		} else {
			out = append(out, "\uFFFD"...)
		}
		i += n
	}
	return out
}

// escaped reads an escape of a JSON string and returns what to write for it.
func escaped(text []byte) (n int, out string, ok bool) {
	if text[0] != '\\' || len(text) < 2 {
		return 0, "", false
	}
	switch text[1] {
	case 'n', 't', 'r':
		return 2, " ", true
	case 'b', 'f':
		return 2, "\uFFFD", true
	case 'u':
		var r rune
		if len(text) >= 6 {
			if _, err := fmt.Sscanf(string(text[2:6]), "%04x", &r); err == nil && !visible(r) {
				return 6, "\uFFFD", true
			}
		}
	}
	return 2, string(text[:2]), true
}

// decode is the first character of text, and its length.
func decode(text []byte) (rune, int) {
	for _, r := range string(text[:min(len(text), 4)]) {
		return r, len(string(r))
	}
	return 0, 1
}

// writable refuses an output file that cannot be written, before the work for it
// is done, and names it as the user did.
func writable(path string) error {
	if path == "" || path == "-" {
		return nil
	}
	switch st, err := os.Stat(path); {
	case err == nil && st.IsDir():
		return outputError(path, errors.New("it is a folder"))
	case err == nil && !st.Mode().IsRegular():
		return nil // a device or a pipe
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return outputError(path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".refgraph-*")
	if err != nil {
		return outputError(path, err)
	}
	f.Close()
	os.Remove(f.Name())
	return nil
}

// outputError says which output could not be written, without the names that
// only refgraph knows it by.
func outputError(name string, err error) error {
	hint := ""
	if errors.Is(err, fs.ErrNotExist) {
		hint = "the folder " + filepath.Dir(name) + " must be there already"
	}
	var (
		path *fs.PathError
		link *os.LinkError
	)
	if errors.As(err, &path) {
		err = path.Err
	} else if errors.As(err, &link) {
		err = link.Err
	}
	err = fmt.Errorf("cannot write %s: %w", name, err)
	if hint != "" {
		return hintError{err, hint}
	}
	return err
}

// writeFile writes an answer to a file, for the user alone if it has heap values.
func (a *app) writeFile(path string, data []byte) error {
	perm := fs.FileMode(0o666)
	if a.values {
		perm = 0o600
	}
	if err := draw.WriteFile(path, data, perm); err != nil {
		return outputError(path, err)
	}
	return nil
}

// writeJSONFile is writeJSON to a file, or to standard output without one.
func (a *app) writeJSONFile(path string, v any) error {
	if path == "" || path == "-" {
		return a.writeJSON(a.out, v)
	}
	var b bytes.Buffer
	if err := a.writeJSON(&b, v); err != nil {
		return err
	}
	return a.writeFile(path, b.Bytes())
}
