package jvm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"golang.org/x/sys/unix"
)

// ask sends one command to the JVM and returns what it says.
func ask(ctx context.Context, p *capture.Process, words []string) (string, error) {
	c, err := connect(ctx, p)
	if err != nil {
		return "", err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	var b bytes.Buffer
	b.WriteString("1\x00") // of the protocol
	for _, w := range words {
		b.WriteString(w + "\x00")
	}
	if _, err := c.Write(b.Bytes()); err != nil {
		return "", errors.Join(ctx.Err(), err)
	}
	const most = 64 << 10 // it says a line or two
	answer, err := io.ReadAll(io.LimitReader(c, most))
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil && !p.Alive() {
		return "", errGone
	}
	if err != nil {
		return "", err
	}
	code, said, _ := strings.Cut(string(answer), "\n")
	if code != "0" {
		return "", &capture.Refusal{Why: fmt.Sprintf("the JVM refused (%s): %s", capture.Clean(code), capture.Clean(said))}
	}
	return said, nil
}

// connect connects to the JVM's socket, which it has the JVM open first if it is not
// there.
func connect(ctx context.Context, p *capture.Process) (net.Conn, error) {
	tmp, err := os.OpenFile(p.File("root")+"/tmp/.", os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, &capture.Refusal{Why: fmt.Sprintf("/tmp of process %d cannot be opened", p.PID), Advice: capture.AttachHint(), Cause: err}
	}
	defer tmp.Close()
	c, err := dial(p, tmp)
	if !errors.Is(err, os.ErrNotExist) {
		return c, err
	}
	trigger, err := putTrigger(p, tmp)
	if err != nil {
		return nil, err
	}
	defer trigger()
	if err := p.Signal(unix.SIGQUIT); err != nil {
		return nil, err
	}
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		select {
		case <-ctx.Done():
			return nil, &capture.Refusal{Why: fmt.Sprintf("process %d did not open its attach socket", p.PID),
				Advice: "it may be at a safepoint for long, or run with -XX:+DisableAttachMechanism", Cause: ctx.Err()}
		case <-time.After(wait):
		}
		if c, err := dial(p, tmp); !errors.Is(err, os.ErrNotExist) {
			return c, err
		}
		if !p.Alive() {
			return nil, errGone
		}
	}
}

// dial connects to the socket in a folder that others can write to: it must be the
// process's own.
func dial(p *capture.Process, tmp *os.File) (net.Conn, error) {
	name := ".java_pid" + strconv.Itoa(p.Inner)
	fd, err := unix.Openat(int(tmp.Fd()), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFSOCK || int(st.Uid) != p.UID {
		return nil, &capture.Refusal{Why: fmt.Sprintf("/tmp/%s of process %d is not its own socket: somebody else has put it there", name, p.PID), Advice: "remove it"}
	}
	c, err := net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d", fd))
	if errors.Is(err, unix.ECONNREFUSED) {
		return nil, &capture.Refusal{Why: fmt.Sprintf("nobody listens at /tmp/%s", name), Advice: "it is left of an earlier process with this id: remove it, and capture again"}
	}
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		return nil, &capture.Refusal{Why: fmt.Sprintf("not allowed to talk to process %d", p.PID), Advice: "run refgraph as the user of the process or as root", Cause: err}
	}
	return c, err
}

// putTrigger makes the file that tells the JVM to listen when SIGQUIT comes, and
// returns what removes it.
func putTrigger(p *capture.Process, tmp *os.File) (func(), error) {
	name := ".attach_pid" + strconv.Itoa(p.Inner)
	dir := int(tmp.Fd())
	fd, err := unix.Openat(dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if errors.Is(err, unix.EEXIST) { // left of a run that was killed, or another is at it
		return func() {}, nil
	}
	if err != nil {
		return nil, &capture.Refusal{Why: fmt.Sprintf("/tmp of process %d cannot be written", p.PID), Advice: capture.AttachHint(), Cause: err}
	}
	defer unix.Close(fd)
	remove := func() { _ = unix.Unlinkat(dir, name, 0) }
	if err := unix.Fchown(fd, p.UID, p.GID); err != nil && os.Geteuid() != p.UID {
		remove()
		return nil, err
	}
	return remove, nil
}

// readAll reads a file of the kernel's, of bounded length.
func readAll(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const most = 64 << 20
	return io.ReadAll(io.LimitReader(f, most))
}
