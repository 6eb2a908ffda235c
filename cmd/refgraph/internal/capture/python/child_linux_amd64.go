package python

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"golang.org/x/sys/unix"
)

// child is the fork of the process that dumps its heap. It is refgraph's: it may be
// stopped, changed and killed at will.
type child struct {
	s   *session
	pid int
	th  thread
	mem memory
}

// adopt finds the child, by its id in the process's namespace, and traces it, so
// that it ends with refgraph.
func (s *session) adopt(inner int) (*child, error) {
	var c *child
	for _, pid := range children(s.p) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err == nil && innerID(b) == inner {
			c = &child{s: s, pid: pid}
		}
	}
	if c == nil {
		return nil, errors.New("the fork of the process cannot be found")
	}
	var err error
	if err = unix.PtraceSeize(c.pid); err != nil {
		return nil, fmt.Errorf("ptrace: %w", err)
	}
	c.th = thread{c.pid}
	if c.mem, err = openMemory(&capture.Process{PID: c.pid}); err == nil {
		err = c.prepare()
	}
	if err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// prepare makes the child harmless to others, and robust.
func (c *child) prepare() error {
	regs, err := c.th.stop()
	if err != nil {
		return fmt.Errorf("the fork of the process: %w", err)
	}
	if err := unix.PtraceSetOptions(c.pid, unix.PTRACE_O_EXITKILL); err != nil {
		return fmt.Errorf("ptrace: %w", err)
	}
	if at := c.s.l.base; regs.Rip < at || regs.Rip >= at+codeSize {
		return errors.New("the fork of the process is not where it should be")
	}
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", c.pid), []byte("1000"), 0) // it is the first to go
	for _, limit := range []int{unix.RLIMIT_AS, unix.RLIMIT_DATA, unix.RLIMIT_CPU, unix.RLIMIT_STACK} {
		var old unix.Rlimit
		if unix.Prlimit(c.pid, limit, nil, &old) == nil {
			_ = unix.Prlimit(c.pid, limit, &unix.Rlimit{Cur: old.Max, Max: old.Max}, nil)
		}
	}
	if err := c.closeAll(regs); err != nil {
		return err
	}
	c.noWaiting()
	l := c.s.l
	err = errors.Join(l.writeSources(c.mem, sources(c.s.p.Inner, c.s.Values, true)),
		c.mem.setUint64(l.state(sArmed), 0), c.mem.setUint64(l.state(sDeadline), ^uint64(0)))
	if err != nil {
		return err
	}
	r := *regs
	r.Orig_rax, r.Rip = noSystemCall, l.driver
	r.Rsp = regs.Rsp&^63 - 1024 - 8 // as after a call
	return unix.PtraceSetRegs(c.pid, &r)
}

// closeAll closes all files and sockets that the child has of the process.
func (c *child) closeAll(regs *unix.PtraceRegs) error {
	r, err := c.syscall(regs, unix.SYS_CLOSE_RANGE, 0, 1<<31-1, 0)
	if err != nil || r == 0 {
		return err
	}
	dir, err := os.Open(fmt.Sprintf("/proc/%d/fd", c.pid)) // a kernel before 5.9
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	for _, name := range names {
		if fd, err := strconv.ParseUint(name, 10, 31); err == nil {
			if _, err := c.syscall(regs, unix.SYS_CLOSE, fd, 0, 0); err != nil {
				return err
			}
		}
	}
	return err
}

// syscall makes a system call in the child.
func (c *child) syscall(regs *unix.PtraceRegs, number uint64, a, b, d uint64) (int64, error) {
	r := *regs
	r.Orig_rax, r.Rip, r.Rax = noSystemCall, c.s.l.trap, number
	r.Rdi, r.Rsi, r.Rdx = a, b, d
	if err := errors.Join(unix.PtraceSetRegs(c.pid, &r), unix.PtraceCont(c.pid, 0)); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	got, err := c.nextTrap(context.Background(), time.Now().Add(stopLimit))
	if err != nil {
		return 0, err
	}
	return int64(got.Rax), nil
}

// noWaiting makes the functions with which threads wait for each other return at
// once, in the child: there is no other thread in it, and what the others held when
// it was forked is held forever.
func (c *child) noWaiting() {
	for _, name := range []string{"pthread_cond_wait", "pthread_cond_signal", "pthread_cond_broadcast", "pthread_mutex_lock", "pthread_mutex_unlock"} {
		for _, im := range c.s.in.all {
			for _, at := range im.lookup(name) {
				_ = c.mem.write(at, []byte{0x31, 0xc0, 0xc3}) // xor eax,eax; ret
			}
		}
	}
}

// nextTrap waits for the child to come to a trap of ours. A signal that would end
// it is an error, others are kept from it.
func (c *child) nextTrap(ctx context.Context, until time.Time) (*unix.PtraceRegs, error) {
	for {
		st, err := c.th.wait(20 * time.Millisecond)
		switch {
		case errors.Is(err, errNoStop) && ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(err, errNoStop) && time.Now().After(until):
			return nil, errStuck
		case errors.Is(err, errNoStop):
			continue
		case errors.Is(err, errEnded):
			return nil, fmt.Errorf("the fork of the process was killed (%s): memory may be short", st.Signal())
		case err != nil:
			return nil, err
		}
		var r unix.PtraceRegs
		if err := unix.PtraceGetRegs(c.pid, &r); err != nil {
			return nil, err
		}
		switch sig := st.StopSignal(); {
		case int(st)>>16 != 0:
		case sig == unix.SIGTRAP:
			return &r, nil
		case sig == unix.SIGSEGV || sig == unix.SIGBUS || sig == unix.SIGILL || sig == unix.SIGFPE || sig == unix.SIGABRT || sig == unix.SIGSYS:
			return nil, fmt.Errorf("the fork of the process failed: %s", unix.SignalName(sig))
		}
		if err := unix.PtraceCont(c.pid, 0); err != nil {
			return nil, fmt.Errorf("ptrace: %w", err)
		}
	}
}

// errStuck is a child that waits for something that was held when it was forked.
var errStuck = errors.New("the fork of the process does not get on")

// patience is how long the child may take from one piece to the next.
const patience = 30 * time.Second

// dump lets the child dump the heap.
func (c *child) dump(ctx context.Context) error {
	for {
		if err := unix.PtraceCont(c.pid, 0); err != nil {
			return fmt.Errorf("ptrace: %w", err)
		}
		regs, err := c.nextTrap(ctx, time.Now().Add(patience))
		if err != nil {
			return err
		}
		state := func(offset uint64) uint64 { v, _ := c.mem.uint64(c.s.l.state(offset)); return v }
		if state(sFull) == 0 {
			if state(sResult) != 1 && !c.s.out.complete {
				return &capture.Refusal{Why: "no Python code can run in a fork of the process: " + c.text(state(sProblem)) + " " + c.text(state(sProblemValue)),
					Advice: "it may have an audit hook that forbids it, or no memory; the process runs on unharmed"}
			}
			return nil
		}
		_ = regs
		if err := c.take(state(sPiece), state(sPieceLen)); err != nil {
			return err
		}
		if err := c.mem.setUint64(c.s.l.state(sFull), 0); err != nil {
			return err
		}
	}
}

// text is a C string of the child, cleaned.
func (c *child) text(at uint64) string {
	for n := 200; n > 0 && at != 0; n /= 2 { // it may end near the end of what is mapped
		if b, err := c.mem.read(at, n); err == nil {
			b, _, _ = bytes.Cut(b, []byte{0})
			return capture.Clean(string(b))
		}
	}
	return ""
}

func (c *child) take(at, n uint64) error { return c.s.take(c.mem, at, n) }

// take reads a piece.
func (s *session) take(mem memory, at, n uint64) error {
	if n > maxPiece {
		return fmt.Errorf("a piece of %d bytes came out of the process", n)
	}
	b, err := mem.read(at, int(n))
	if err != nil {
		return err
	}
	return s.out.take(b)
}

// end kills the child, and waits until it is gone.
func (c *child) end() {
	_ = unix.Kill(c.pid, unix.SIGKILL)
	for end := time.Now().Add(stopLimit); time.Now().Before(end); {
		var st unix.WaitStatus
		pid, err := unix.Wait4(c.pid, &st, unix.WALL, nil)
		if err == nil && pid == c.pid && (st.Exited() || st.Signaled()) || err != nil && err != unix.EINTR {
			break
		}
	}
	if c.mem.f != nil {
		c.mem.close()
	}
	runtime.KeepAlive(c)
}
