package python

import (
	"errors"
	"fmt"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"golang.org/x/sys/unix"
)

// thread is a thread of a process that this thread of refgraph traces. If refgraph
// ends, the kernel lets it go as it is.
type thread struct{ tid int }

// stopLimit is how long a thread may take to stop.
const stopLimit = 5 * time.Second

var (
	errNoStop = errors.New("it does not stop")
	errEnded  = errors.New("it ended")
)

// seize begins to trace a thread, which runs on.
func seize(tid int) (thread, error) {
	if err := unix.PtraceSeize(tid); err != nil {
		return thread{}, err
	}
	return thread{tid}, nil
}

// seizeSoon waits a little for another that traces the process: a second capture
// does so for some milliseconds. Who does not let go is named.
func seizeSoon(pid int) (thread, error) {
	for end := time.Now().Add(otherTracer); ; time.Sleep(5 * time.Millisecond) {
		th, err := seize(pid)
		switch {
		case !errors.Is(err, unix.EPERM):
			return th, err
		case time.Now().Before(end):
			continue
		}
		if p, gone := capture.Look(pid); gone == nil {
			if why := p.Ready(); why != nil {
				return th, why
			}
		}
		return th, err
	}
}

// otherTracer is how long another may trace the process.
const otherTracer = 500 * time.Millisecond

// stop stops the thread and returns its registers. Signals that come first are
// delivered first.
func (t thread) stop() (*unix.PtraceRegs, error) {
	for end := time.Now().Add(stopLimit); time.Now().Before(end); {
		if err := unix.PtraceInterrupt(t.tid); err != nil {
			return nil, err
		}
		st, err := t.wait(time.Until(end))
		if err != nil {
			return nil, err
		}
		if !stoppedByUs(st) {
			if err := unix.PtraceCont(t.tid, int(st.StopSignal())); err != nil {
				return nil, err
			}
			continue
		}
		var r unix.PtraceRegs
		if err := unix.PtraceGetRegs(t.tid, &r); err != nil {
			return nil, err
		}
		return &r, nil
	}
	return nil, errNoStop
}

// stoppedByUs reports whether a stop is the answer to an interrupt, not a signal
// on its way to the thread.
func stoppedByUs(st unix.WaitStatus) bool {
	const eventStop = 128
	return int(st)>>16 == eventStop && st.StopSignal() == unix.SIGTRAP
}

// wait waits for the thread to stop or to end, which is an error.
func (t thread) wait(limit time.Duration) (unix.WaitStatus, error) {
	pause := 20 * time.Microsecond
	for end := time.Now().Add(limit); ; {
		var st unix.WaitStatus
		pid, err := unix.Wait4(t.tid, &st, unix.WALL|unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case pid != 0 && !st.Stopped():
			return st, errEnded
		case pid != 0:
			return st, nil
		case !time.Now().Before(end):
			return 0, errNoStop
		}
		time.Sleep(pause)
		pause = min(pause*2, time.Millisecond)
	}
}

// release lets the stopped thread run with these registers (nil: its own), and no
// longer traces it.
func (t thread) release(r *unix.PtraceRegs) error {
	var err error
	if r != nil {
		err = unix.PtraceSetRegs(t.tid, r)
	}
	return errors.Join(err, unix.PtraceDetach(t.tid))
}

// Results of system calls that a stop interrupted, which programs never see: the
// kernel starts the call again.
const (
	restartSys      = -512
	restartNoIntr   = -513
	restartNoHand   = -514
	restartBlock    = -516
	noSystemCall    = ^uint64(0)
	lengthOfSyscall = 2 // bytes of the instruction
)

// waits reports whether the stopped thread waited in a system call. Some calls
// (epoll_wait) return EINTR when they are interrupted.
func waits(r *unix.PtraceRegs) bool {
	if int64(r.Orig_rax) < 0 {
		return false
	}
	switch int64(r.Rax) {
	case restartSys, restartNoIntr, restartNoHand, restartBlock, -int64(unix.EINTR):
		return true
	}
	return false
}

// afterwards returns the registers with which the stopped thread must go on after
// something else was run in it: an interrupted system call is started again, as
// the kernel would have done.
func afterwards(r *unix.PtraceRegs) *unix.PtraceRegs {
	next := *r
	if int64(r.Orig_rax) >= 0 {
		switch int64(r.Rax) {
		case restartSys, restartNoIntr, restartNoHand:
			next.Rax, next.Rip = r.Orig_rax, r.Rip-lengthOfSyscall
		case restartBlock:
			next.Rax, next.Rip = unix.SYS_RESTART_SYSCALL, r.Rip-lengthOfSyscall
		}
	}
	next.Orig_rax = noSystemCall
	return &next
}

// explainStop says why a thread could not be stopped.
func explainStop(pid int, err error) error {
	var refusal *capture.Refusal
	switch {
	case errors.As(err, &refusal):
		return err
	case errors.Is(err, errNoStop):
		return fmt.Errorf("the main thread of process %d does not stop: it waits in the kernel, or the process is frozen (docker pause)", pid)
	case errors.Is(err, errEnded), errors.Is(err, unix.ESRCH):
		return fmt.Errorf("process %d ended", pid)
	}
	return fmt.Errorf("ptrace: %w", err)
}
