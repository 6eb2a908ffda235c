package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/attach"
	"github.com/refgraph/refgraph/graph/dump/python"
)

// pyCapture is one dump of one process on its way. The process reads the dumper
// from a folder of its own file system (which may be a container's) and writes
// the dump there, under its own user.
type pyCapture struct {
	captureFlags
	values bool
	here   string // the folder as this process sees it
	there  string // and as the other does
}

// capturePython takes the dump. The output appears under its name when it is
// complete, or not at all.
func capturePython(ctx context.Context, f captureFlags, values bool) (*captureJSON, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.timeout, fmt.Errorf("no dump after %s", f.timeout))
	defer cancel()
	if err := checkProcess(f.pid); err != nil {
		return nil, err
	}
	part, err := os.CreateTemp(filepath.Dir(f.output), filepath.Base(f.output)+".part-*")
	if err != nil {
		return nil, hintError{err, "choose a folder that you can write to with -o"}
	}
	defer os.Remove(part.Name()) // it is gone when all went well
	defer part.Close()
	c := &pyCapture{captureFlags: f, values: values}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	defer os.RemoveAll(c.here)
	method, err := c.start(ctx)
	if err == nil {
		err = c.wait(ctx)
	}
	if err != nil {
		if cause := context.Cause(ctx); errors.Is(err, context.DeadlineExceeded) && cause != nil {
			err = cause
		}
		return nil, err
	}
	n, err := c.fetch(part)
	if err != nil {
		return nil, err
	}
	if err := os.Rename(part.Name(), f.output); err != nil {
		return nil, err
	}
	return &captureJSON{File: f.output, Bytes: n, Method: method}, nil
}

// names of the files in the staging folder
const (
	stageDumper = "refgraph_dump.py"
	stageStart  = "start.py"
	stageToken  = "token" // removed by the process when it starts to dump
	stageReport = "report"
)

func (c *pyCapture) dumpName() string {
	if strings.HasSuffix(c.output, ".gz") {
		return "heap.pydump.gz"
	}
	return "heap.pydump"
}

// prepare makes the staging folder with the dumper in it.
func (c *pyCapture) prepare() error {
	base, root := c.stage, targetRoot(c.pid)
	if base == "" {
		base = os.TempDir()
		if root != "" {
			base = "/tmp"
		}
	}
	dir, err := os.MkdirTemp(filepath.Join(root, base), "refgraph-")
	if err != nil {
		return hintError{err, "name a folder that the process and you can write to with --tmp"}
	}
	c.here, c.there = dir, path.Join(filepath.ToSlash(base), filepath.Base(dir))
	for name, text := range map[string]string{
		stageDumper: python.Dumper + c.footer(), stageStart: c.statement() + "\n", stageToken: "",
	} {
		if err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			break
		}
	}
	if err == nil {
		err = giveTo(dir, c.pid)
	}
	if err != nil {
		os.RemoveAll(dir)
	}
	return err
}

// statement is the Python that the process runs. It leaves no name behind, and
// does nothing if the folder is gone by then.
func (c *pyCapture) statement() string {
	file := quotePython(path.Join(c.there, stageDumper))
	return fmt.Sprintf("exec(\"try:\\n exec(compile(open(p, encoding='utf-8').read(), p, 'exec'), {'__name__': 'refgraph_dump'})\\nexcept FileNotFoundError: pass\", {'p': %s})", file)
}

// footer is what the staged dumper does at its end: dump once, whoever of those
// that were asked comes first, and report what goes wrong.
func (c *pyCapture) footer() string {
	at := func(name string) string { return quotePython(path.Join(c.there, name)) }
	values := "False"
	if c.values {
		values = "True"
	}
	return fmt.Sprintf(`

try:
    os.unlink(%s)
except OSError:
    pass
else:
    try:
        dump(%s, values=%s, wait=False, report=%s)
    except BaseException as e:
        _tell(%s, "%%s: %%s" %% (type(e).__name__, e))
`, at(stageToken), at(c.dumpName()), values, at(stageReport), at(stageReport))
}

// quotePython writes a string literal with single quotes, all ASCII, that is
// also safe within a C string literal.
func quotePython(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		if r < ' ' || r > '~' || strings.ContainsRune(`'"\`, r) {
			fmt.Fprintf(&b, `\U%08x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String() + "'"
}

// start asks the process to dump itself, and returns how.
func (c *pyCapture) start(ctx context.Context) (string, error) {
	exe := c.python
	if exe == "" {
		exe = processExe(c.pid)
	}
	if hasRemoteExec(ctx, exe) {
		return "sys.remote_exec", c.remoteExec(ctx, exe)
	}
	err := c.attach(ctx)
	if errors.Is(err, attach.ErrUnsupported) {
		return "gdb", c.gdb(ctx)
	}
	return "ptrace", err
}

// started reports whether the process has begun.
func (c *pyCapture) started() bool {
	_, err := os.Stat(filepath.Join(c.here, stageToken))
	return errors.Is(err, fs.ErrNotExist)
}

// waitStarted waits for the process to begin, for at most d.
func (c *pyCapture) waitStarted(ctx context.Context, d time.Duration) bool {
	for end := time.Now().Add(d); time.Now().Before(end) && ctx.Err() == nil; {
		if c.started() {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return c.started()
}

// wait waits for the report.
func (c *pyCapture) wait(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		switch text, err := os.ReadFile(filepath.Join(c.here, stageReport)); {
		case err == nil && string(text) == "ok":
			return nil
		case err == nil:
			return hintError{fmt.Errorf("the process could not dump itself: %s", strings.TrimSpace(string(text))), "it runs on unharmed; see --tmp if the disk is full"}
		}
		if checkProcess(c.pid) != nil {
			return fmt.Errorf("process %d ended before the dump was complete", c.pid)
		}
		select {
		case <-ctx.Done():
			if !c.started() {
				return hintError{fmt.Errorf("the process did not get to it: %w", context.Cause(ctx)), "its main thread is busy in native code; try again"}
			}
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// fetch copies the dump from the staging folder.
func (c *pyCapture) fetch(to *os.File) (int64, error) {
	from, err := os.Open(filepath.Join(c.here, c.dumpName()))
	if err != nil {
		return 0, err
	}
	defer from.Close()
	n, err := io.Copy(to, from)
	if err == nil {
		err = to.Sync()
	}
	return n, err
}
