package attach

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Queue has the process run a Python statement in its main thread at the
// interpreter's next safe point (Py_AddPendingCall). That is harmless whatever
// the process is doing, but comes late if the main thread waits or computes in
// native code.
func Queue(ctx context.Context, pid int, statement string) error {
	return attached(ctx, pid, []string{"Py_AddPendingCall", "PyRun_SimpleString"}, func(t *tracee) error {
		text, err := t.place(statement)
		if err != nil {
			return err
		}
		r, err := t.call(ctx, "Py_AddPendingCall", t.funcs["PyRun_SimpleString"], text)
		if err == nil && int32(r) != 0 {
			err = errors.New("the interpreter's queue of pending calls is full")
		}
		return err
	})
}

// Run runs a Python statement at once in the main thread, which must wait in a
// system call: then it has released the interpreter's lock.
func Run(ctx context.Context, pid int, statement string) error {
	return attached(ctx, pid, []string{"PyGILState_Ensure", "PyRun_SimpleString", "PyGILState_Release"}, func(t *tracee) error {
		if int64(t.regs.Orig_rax) < 0 {
			return fmt.Errorf("the main thread does not wait")
		}
		text, err := t.place(statement)
		if err != nil {
			return err
		}
		state, err := t.call(ctx, "PyGILState_Ensure")
		if err != nil {
			return err
		}
		_, err = t.call(ctx, "PyRun_SimpleString", text)
		if _, err2 := t.call(ctx, "PyGILState_Release", uint64(uint32(state))); err == nil {
			err = err2
		}
		return err
	})
}

// tracee is the stopped main thread of a process.
type tracee struct {
	pid     int
	mem     *os.File
	maps    []mapping
	funcs   map[string]uint64
	regs    unix.PtraceRegs // as it was stopped
	xstate  []byte          // floating-point and vector registers
	pending []unix.Signal   // came meanwhile, to be sent again
}

// attached stops the main thread, does something with it, and lets it go on as
// if nothing had been.
func attached(ctx context.Context, pid int, names []string, do func(*tracee) error) (err error) {
	maps, err := executable(pid)
	if err != nil {
		return err
	}
	funcs, err := symbols(pid, maps, names...)
	if err != nil {
		return err
	}
	mem, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer mem.Close()
	runtime.LockOSThread() // ptrace belongs to a thread
	defer runtime.UnlockOSThread()
	t := &tracee{pid: pid, mem: mem, maps: maps, funcs: funcs}
	if err := unix.PtraceSeize(pid); err != nil {
		return fmt.Errorf("ptrace: %w", err)
	}
	defer func() { err = errors.Join(err, t.detach()) }()
	if err := t.stop(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.restore()) }()
	return do(t)
}

// stop stops the thread and keeps its registers.
func (t *tracee) stop(ctx context.Context) error {
	if err := unix.PtraceInterrupt(t.pid); err != nil {
		return fmt.Errorf("ptrace: %w", err)
	}
	if _, err := t.wait(ctx); err != nil {
		return err
	}
	if err := unix.PtraceGetRegs(t.pid, &t.regs); err != nil {
		return fmt.Errorf("ptrace: %w", err)
	}
	t.xstate = make([]byte, 64<<10) // AMX needs 11 KiB; the kernel says how much it wrote
	n, err := t.regset(unix.PTRACE_GETREGSET, t.xstate)
	t.xstate = t.xstate[:n]
	return err
}

const ntX86Xstate = 0x202

func (t *tracee) regset(request int, buf []byte) (int, error) {
	iov := unix.Iovec{Base: &buf[0], Len: uint64(len(buf))}
	_, _, e := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(t.pid), ntX86Xstate, uintptr(unsafe.Pointer(&iov)), 0, 0)
	if e != 0 {
		return 0, fmt.Errorf("ptrace: %w", e)
	}
	return int(iov.Len), nil
}

// restore puts all registers back. The number of an interrupted system call is
// among them, so the kernel starts it again.
func (t *tracee) restore() error {
	if _, err := t.regset(unix.PTRACE_SETREGSET, t.xstate); err != nil {
		return err
	}
	return unix.PtraceSetRegs(t.pid, &t.regs)
}

// detach lets the thread go and sends the signals that it missed.
func (t *tracee) detach() error {
	err := unix.PtraceDetach(t.pid)
	for _, s := range t.pending {
		_ = unix.Tgkill(t.pid, t.pid, s) // the process may be gone
	}
	return err
}

// wait waits for the thread to stop, and returns the signal; 0 for a stop
// without one.
func (t *tracee) wait(ctx context.Context) (unix.Signal, error) {
	for {
		var st unix.WaitStatus
		pid, err := unix.Wait4(t.pid, &st, unix.WALL|unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, fmt.Errorf("wait: %w", err)
		case pid == 0:
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			time.Sleep(100 * time.Microsecond)
			continue
		case !st.Stopped():
			return 0, fmt.Errorf("the process ended")
		case int(st)>>16 != 0:
			return 0, nil
		}
		return st.StopSignal(), nil
	}
}

// place puts a text into fresh memory of the process and returns its address.
// The memory stays: a queued statement is read later.
func (t *tracee) place(text string) (uint64, error) {
	at, err := syscallInstruction(t.mem, t.maps)
	if err != nil {
		return 0, err
	}
	r := t.regs
	r.Rip, r.Rax, r.Orig_rax = at, unix.SYS_MMAP, ^uint64(0)
	r.Rdi, r.Rsi, r.Rdx = 0, uint64(len(text)+4096)&^4095, unix.PROT_READ|unix.PROT_WRITE
	r.R10, r.R8, r.R9 = unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, ^uint64(0), 0
	if err := unix.PtraceSetRegs(t.pid, &r); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	for {
		if err := unix.PtraceSingleStep(t.pid); err != nil {
			return 0, fmt.Errorf("ptrace: %w", err)
		}
		sig, err := t.wait(context.Background()) // a mapping takes no time
		if err != nil {
			return 0, err
		}
		if sig == unix.SIGTRAP {
			break
		}
		t.keep(sig)
	}
	if err := unix.PtraceGetRegs(t.pid, &r); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	if r.Rip != at+2 || int64(r.Rax) < 0 && int64(r.Rax) > -4096 {
		return 0, fmt.Errorf("the process got no memory: %d", int64(r.Rax))
	}
	if _, err := t.mem.WriteAt(append([]byte(text), 0), int64(r.Rax)); err != nil {
		return 0, err
	}
	return r.Rax, nil
}

func (t *tracee) keep(s unix.Signal) {
	if s != 0 {
		t.pending = append(t.pending, s)
	}
}

// call calls a function of the process in the stopped thread, below what its
// stack holds. It returns to address 0, where it stops.
func (t *tracee) call(ctx context.Context, name string, args ...uint64) (uint64, error) {
	r := t.regs
	r.Rip, r.Orig_rax, r.Rax = t.funcs[name], ^uint64(0), 0
	for i, p := range []*uint64{&r.Rdi, &r.Rsi} {
		if i < len(args) {
			*p = args[i]
		}
	}
	r.Rsp = (t.regs.Rsp-1024)&^15 - 8 // past the red zone, aligned as after a call
	r.Eflags &^= 1 << 10              // the ABI wants the direction flag clear
	if _, err := t.mem.WriteAt(make([]byte, 8), int64(r.Rsp)); err != nil {
		return 0, err
	}
	if err := unix.PtraceSetRegs(t.pid, &r); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	for {
		if err := unix.PtraceCont(t.pid, 0); err != nil {
			return 0, fmt.Errorf("ptrace: %w", err)
		}
		// Once the call has begun it must end: there is no way back out of its middle.
		sig, err := t.wait(context.WithoutCancel(ctx))
		if err != nil {
			return 0, err
		}
		if err := unix.PtraceGetRegs(t.pid, &r); err != nil {
			return 0, fmt.Errorf("ptrace: %w", err)
		}
		if sig == unix.SIGSEGV && r.Rip == 0 {
			return r.Rax, nil
		}
		if sig == unix.SIGSEGV || sig == unix.SIGBUS || sig == unix.SIGILL || sig == unix.SIGFPE {
			return 0, fmt.Errorf("%s failed in the process: %s at 0x%x", name, sig, r.Rip)
		}
		t.keep(sig)
	}
}
