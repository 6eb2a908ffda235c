package jvm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"golang.org/x/sys/unix"
)

// dumpName is the JVM's file in the stage.
const dumpName = "heap.hprof"

// Capture has a JVM write its heap dump and copies it to w. The error is a
// *capture.Refusal where nothing was done to the process. The process stands still
// while it dumps, which cannot be ended from outside.
func Capture(ctx context.Context, p *capture.Process, opts Options, w io.Writer) (*Result, error) {
	if opts.Timeout <= 0 {
		opts.Timeout = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	if err := check(p); err != nil {
		return nil, err
	}
	stage, err := capture.NewStage(p, opts.Tmp)
	if err != nil {
		return nil, err
	}
	defer stage.Close()
	if err := room(p, stage.Path); err != nil {
		return nil, err
	}
	if err := stage.Give(); err != nil {
		return nil, err
	}
	said, err := ask(ctx, p, dumpCommand(path.Join(stage.Path, dumpName), opts))
	if err != nil {
		return nil, err
	}
	// An error may come with the code of success: "Unable to create FILE: File exists".
	if !strings.Contains(said, "Heap dump file created") {
		return nil, &capture.Refusal{Why: "the JVM wrote no heap dump: " + capture.Clean(said)}
	}
	f, err := stage.Open(dumpName, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	magic, _ := r.Peek(2)
	res := &Result{Said: capture.Clean(said), Gzip: bytes.Equal(magic, []byte{0x1f, 0x8b})}
	_, err = io.Copy(w, contextReader{ctx, r})
	return res, err
}

// dumpCommand is the command and its three arguments.
func dumpCommand(file string, opts Options) []string {
	what, level := "-live", ""
	if opts.All {
		what = "-all"
	}
	if opts.Gzip {
		level = "1" // higher ones take many times as long
	}
	return []string{"dumpheap", file, what, level}
}

// contextReader ends a copy when the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// room refuses if the folder's file system has less room than the process has
// memory: a dump is about as large.
func room(p *capture.Process, dir string) error {
	var st unix.Statfs_t
	if err := unix.Statfs(p.File("root")+dir, &st); err != nil {
		return nil // the JVM will say it
	}
	if free := int64(st.Bavail) * st.Bsize; free < p.Resident {
		return &capture.Refusal{Why: fmt.Sprintf("the dump may take %d MB, and %s of the process has room for %d MB", p.Resident>>20, path.Dir(dir), free>>20),
			Advice: "name a folder of the process's with more room with --tmp"}
	}
	return nil
}

// check refuses what is no HotSpot JVM that can be attached to.
func check(p *capture.Process) error {
	if err := p.Ready(); err != nil {
		return err
	}
	maps, err := readAll(p.File("maps"))
	switch {
	case err != nil:
		return err
	case bytes.Contains(maps, []byte("/libj9vm")):
		return &capture.Refusal{Why: fmt.Sprintf("process %d is an OpenJ9 JVM, which has another attach protocol and dump format", p.PID),
			Advice: "on OpenJ9: jcmd PID Dump.heap; its PHD files are not read"}
	case !bytes.Contains(maps, []byte("/libjvm.so")):
		return &capture.Refusal{Why: fmt.Sprintf("process %d (%s) is no JVM: it has not loaded libjvm.so", p.PID, p.Name),
			Advice: "jps and pgrep java list JVMs; a wrapper script starts the JVM as a child"}
	}
	for _, file := range []string{"cmdline", "environ"} { // another user's environ cannot be read: the JVM says it then
		if b, err := readAll(p.File(file)); err == nil && bytes.Contains(b, []byte("-XX:+DisableAttachMechanism")) {
			return &capture.Refusal{Why: fmt.Sprintf("process %d runs with -XX:+DisableAttachMechanism", p.PID),
				Advice: "dump it from inside (HotSpotDiagnosticMXBean.dumpHeap), or take a core file and use jhsdb jmap --binaryheap"}
		}
	}
	if !p.Catches(unix.SIGQUIT) {
		return &capture.Refusal{Why: fmt.Sprintf("process %d does not catch SIGQUIT (-Xrs?), which would end it", p.PID),
			Advice: "dump it from inside (HotSpotDiagnosticMXBean.dumpHeap), or start it without -Xrs"}
	}
	return nil
}

var errGone = errors.New("the process ended meanwhile")
