package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how much of a dump that is spooled is kept in memory; a larger
// one goes to a temporary file, which costs disk instead.
const spoolMemory = 16 << 20

// errSpoolFull ends the copying of a dump that is larger than the limit.
var errSpoolFull = errors.New("the limit of spooling is reached")

// Spool makes a Source of what r gives, within the limits of src and under its name:
// of a dump that is made of others. The caller closes both.
func Spool(src *Source, r io.Reader) (*Source, error) { return spool(src, r) }

// spool reads r to its end, or to where it is damaged.
func spool(src *Source, r io.Reader) (*Source, error) {
	limit := src.Options.MaxSpool
	if limit <= 0 {
		limit = DefaultMaxSpool()
	}
	var mem bytes.Buffer
	_, readErr := io.CopyN(&mem, r, min(spoolMemory, limit)) // a buffer takes up to twice that while it grows
	var out *Source
	switch {
	case readErr != nil:
		out = FromBytes(src.Name, mem.Bytes(), src.Options)
	default: // there may be more than fits
		f, err := os.CreateTemp("", "refgraph-*.dump")
		if err != nil {
			return nil, err
		}
		if out, readErr, err = spoolFile(f, &mem, r, limit, src.Options); err != nil {
			f.Close()
			os.Remove(f.Name())
			if errors.Is(err, errSpoolFull) {
				err = spoolLimit(src, limit)
			}
			return nil, err
		}
	}
	if readErr != io.EOF && out.Size == 0 {
		return nil, &SyntaxError{File: src.Name, What: "damaged compressed data", Err: readErr}
	}
	out.Name, out.Path, out.ModTime = src.Name, src.Path, src.ModTime
	if readErr != io.EOF {
		out.Cut = readErr
	}
	return out, nil
}

// spoolFile copies mem and the rest of r to f and maps it. A failure to write
// is err, a failure to read readErr.
func spoolFile(f *os.File, mem *bytes.Buffer, r io.Reader, limit int64, opts Options) (out *Source, readErr, err error) {
	w := &spoolWriter{f: f, limit: limit}
	if _, err := mem.WriteTo(w); err != nil {
		return nil, nil, w.why()
	}
	*mem = bytes.Buffer{}
	_, readErr = io.CopyBuffer(w, onlyReader{r}, make([]byte, 1<<20))
	if w.err == nil {
		w.err = f.Truncate(w.size) // a hole at the end
	}
	if w.err != nil {
		return nil, nil, w.why()
	}
	if readErr == nil {
		readErr = io.EOF
	}
	if out, err = FromFile(f, opts); err != nil {
		return nil, nil, err
	}
	unmap := out.stop
	if os.Remove(f.Name()) == nil { // where open files can be removed nothing is left behind whatever happens
		return out, readErr, nil
	}
	out.stop = func() error {
		err := unmap()
		os.Remove(f.Name())
		return err
	}
	return out, readErr, nil
}

// onlyReader hides WriteTo, which would write in blocks of its own choice.
type onlyReader struct{ io.Reader }

// spoolWriter writes to a file, leaving holes for zeros: memory that was reserved
// and never used, of which cores have much, costs no disk. It keeps its own
// error, to tell it from the reader's.
type spoolWriter struct {
	f     *os.File
	size  int64
	limit int64
	err   error
}

var zeros [64 << 10]byte

func (w *spoolWriter) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) && w.err == nil {
		part := p[done:min(done+len(zeros), len(p))]
		if w.size+int64(len(part)) > w.limit {
			w.err = errSpoolFull
			break
		}
		if !bytes.Equal(part, zeros[:len(part)]) {
			_, w.err = w.f.WriteAt(part, w.size)
		}
		if w.err == nil {
			w.size += int64(len(part))
			done += len(part)
		}
	}
	return done, w.err
}

func (w *spoolWriter) why() error {
	if errors.Is(w.err, errSpoolFull) {
		return w.err
	}
	return fmt.Errorf("spool to %s: %w", w.f.Name(), w.err)
}
