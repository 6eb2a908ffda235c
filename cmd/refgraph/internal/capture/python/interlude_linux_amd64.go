package python

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// target is a process that code is run in. Whatever is begun in it ends by itself:
// refgraph may be killed after any instruction of its own.
type target struct {
	mem      memory
	tid      int // the main thread
	cave     uint64
	caveSize int
}

// An interlude is code that the main thread runs in between, wherever it is. The
// code gets the registers that the thread must go on with, and those it was stopped
// with, and ends by going on.
type interlude func(resume, stopped *unix.PtraceRegs) (begin *unix.PtraceRegs, err error)

// between stops the main thread, and lets it go on with an interlude. An interlude
// that returns no registers leaves the thread as it was.
func (t *target) between(do interlude) error {
	th, err := seizeSoon(t.tid)
	if err != nil {
		return err
	}
	regs, err := th.stop()
	if err != nil {
		return err
	}
	begin, err := do(afterwards(regs), regs)
	return errors.Join(err, th.release(begin))
}

// calls has the main thread make system calls that take no time. Their code lies
// in unused room behind the code of a library, and needs no stack; results are not
// seen. The room is cleared again.
func (t *target) calls(list ...[]uint64) error {
	err := t.between(func(r, _ *unix.PtraceRegs) (*unix.PtraceRegs, error) {
		c := &code{}
		for _, call := range list {
			var args []arg
			for _, v := range call[1:] {
				args = append(args, is(v))
			}
			c.syscall(call[0], args...)
		}
		c.resume(r, false)
		b := c.bytes()
		if len(b) > t.caveSize {
			return nil, fmt.Errorf("no room for %d bytes of code in the process", len(b))
		}
		if err := t.mem.write(t.cave, b); err != nil {
			return nil, err
		}
		begin := *r
		begin.Rip = t.cave
		return &begin, nil
	})
	if err != nil {
		return err
	}
	if err := t.outside(t.cave, t.cave+uint64(t.caveSize)); err != nil {
		return err
	}
	return t.mem.write(t.cave, make([]byte, t.caveSize))
}

// outside waits until the main thread is not in a range of code.
func (t *target) outside(from, to uint64) error {
	errInside := errors.New("it is inside")
	for end := time.Now().Add(stopLimit); ; {
		err := t.between(func(r, _ *unix.PtraceRegs) (*unix.PtraceRegs, error) {
			if from <= r.Rip && r.Rip < to {
				return nil, errInside
			}
			return nil, nil
		})
		if !errors.Is(err, errInside) {
			return err
		}
		if time.Now().After(end) {
			return err
		}
		time.Sleep(50 * time.Microsecond)
	}
}

// run has the main thread run code that may call functions, on its own stack below
// what that holds (the ABI leaves 128 bytes there to the function that runs). All
// registers, the floating-point ones too, are put back by the code itself.
func (t *target) run(l *layout, choose func(stopped *unix.PtraceRegs) func(*code)) (ran bool, err error) {
	err = t.between(func(r, stopped *unix.PtraceRegs) (*unix.PtraceRegs, error) {
		body := choose(stopped)
		if body == nil || r.Rip >= l.base && r.Rip < l.base+codeSize {
			return nil, nil
		}
		c := &code{}
		c.saveFloats(l.base + floatsAt)
		body(c)
		c.restoreFloats(l.base + floatsAt)
		c.storeTo(l.state(sDone), 1)
		c.resume(r, true)
		b := c.bytes()
		if l.room+uint64(len(b)) > l.base+codeSize {
			return nil, fmt.Errorf("no room for %d bytes of code in the process", len(b))
		}
		if err := errors.Join(t.mem.setUint64(l.state(sDone), 0), t.mem.setUint64(l.state(sBegun), 1), t.mem.write(l.room, b)); err != nil {
			return nil, err
		}
		begin := *r
		begin.Rip = l.room
		begin.Rsp = (r.Rsp - 512) &^ 63
		begin.Eflags &^= 1 << 10 // the ABI wants the direction flag clear
		ran = true
		return &begin, nil
	})
	return ran, err
}

// askLater is the body of an interlude that has the interpreter call the function
// at its next safe point in the main thread.
func askLater(l *layout, in *interpreter) func(*code) {
	return func(c *code) {
		c.call(in.addr["Py_IsInitialized"])
		c.store(l.state(sReady))
		c.testEAX()
		c.jump(ifZero, "not")
		c.call(in.addr["Py_AddPendingCall"], is(l.function), is(0))
		c.raw(0x48, 0xff, 0xc0) // inc rax: 1 if all went well
		c.store(l.state(sQueued))
		c.label("not")
	}
}

// What an interlude leaves at sReady.
const (
	notInitialized = 0
	initialized    = 1
	holdsLock      = 2 // the thread waits with the interpreter's lock held
)

// askNow is the body of an interlude in a thread that waits in a system call: it
// takes the interpreter's lock, calls the function, and gives the lock back. Python
// code is not run in a thread that holds the lock already: it is within a function
// that counts on that.
func askNow(l *layout, in *interpreter, noFork bool) func(*code) {
	return func(c *code) {
		c.call(in.addr["Py_IsInitialized"])
		c.store(l.state(sReady))
		c.testEAX()
		c.jump(ifZero, "not")
		if noFork {
			c.call(in.addr["PyGILState_Check"])
			c.testEAX()
			c.jump(ifZero, "free")
			c.storeTo(l.state(sReady), holdsLock)
			c.jump(always, "not")
			c.label("free")
		}
		c.call(in.addr["PyGILState_Ensure"])
		c.store(l.state(sGIL))
		c.call(l.function, is(1))
		c.call(in.addr["PyGILState_Release"], at(l.state(sGIL)))
		c.label("not")
	}
}

// waitsForLock reports whether a thread waits for one of the interpreter's own
// locks, which are variables of its image. It may be asked to do something later
// but not to take such a lock in between: it is within the C library's code for
// waiting, which is not made for being entered twice by one thread.
func (in *interpreter) waitsForLock(r *unix.PtraceRegs) bool {
	const futexWaitV, futexWait = 449, 455
	switch r.Orig_rax {
	case unix.SYS_FUTEX, futexWaitV, futexWait, unix.SYS_RESTART_SYSCALL: // the last is any that went on after a stop
		return in.python.data <= r.Rdi && r.Rdi < in.python.dataEnd
	}
	return false
}
