package gocore

import (
	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// Values of abi.FuncFlag, the same in all versions that are read.
const (
	flagTopFrame = 1 << 0
	flagSPWrite  = 1 << 1
)

// maxFrames bounds a walk: Go's largest stack is 1 GB, with frames of at least
// 16 bytes, but no real one is that deep.
const maxFrames = 1 << 22

// frame is one physical frame of a goroutine's stack, as the runtime's stkframe.
type frame struct {
	fn       gotype.Func
	pc       uint64
	continpc uint64 // where it goes on, for the stack maps; 0 if it never does
	lr       uint64 // pc in the caller; 0 in the last frame
	sp       uint64
	fp       uint64 // sp of the caller
	varp     uint64 // end of the local variables
	argp     uint64 // start of the arguments
	trap     bool   // stopped at any instruction, not at a call
}

// symPC is the pc to look up source information for.
func (f *frame) symPC() uint64 {
	if !f.trap && f.pc > f.fn.Entry {
		return f.pc - 1
	}
	return f.pc
}

// unwinder walks the frames of one stack, as the runtime's unwinder does for
// the collector. See $GOROOT/src/runtime/traceback.go.
type unwinder struct {
	p      *process
	arch   *arch
	lo, hi uint64 // the stack
	frame  frame
	callee string // name of the function that the current one called; "" at first
	n      int
	broken string // why the walk stopped early; "" if it did not
}

// start is where a walk begins.
type start struct {
	pc, sp, lr uint64
	trap       bool // registers of a thread that was stopped anywhere
	syscall    bool
}

// first goes to the newest frame.
func (u *unwinder) first(s start) bool {
	u.frame = frame{pc: s.pc, sp: s.sp, lr: s.lr, trap: s.trap}
	if s.pc == 0 { // a call of a nil function: begin at the caller
		u.frame.pc = u.p.mem.u64(s.sp)
		u.frame.lr = 0
		if !u.arch.usesLR {
			u.frame.sp += 8
		}
	}
	fn, ok := u.p.exe.FuncAt(u.frame.pc)
	if !ok {
		u.broken = "its pc is not in a known function"
		return false
	}
	u.frame.fn = fn
	return u.resolve(true, s.syscall)
}

// resolve fills in the frame from its function, pc and sp.
func (u *unwinder) resolve(innermost, syscall bool) bool {
	f := &u.frame
	if f.sp < u.lo || f.sp > u.hi || f.sp%8 != 0 {
		u.broken = "its sp is outside its stack"
		return false
	}
	size, ok := f.fn.FrameSize(f.pc)
	if !ok {
		// An external function. Nothing is known below it.
		f.lr, f.fp, f.varp, f.argp, f.continpc = 0, f.sp, f.sp, f.sp, 0
		return true
	}
	f.fp = f.sp + uint64(size)
	if !u.arch.usesLR {
		f.fp += 8 // the call pushed the return address
	}
	if size < 0 || f.fp > u.hi || f.fp < f.sp {
		u.broken = "a frame reaches beyond its stack"
		return false
	}
	u.link(innermost, syscall)
	f.varp = f.fp
	if !u.arch.usesLR {
		f.varp -= 8
	}
	if f.varp > f.sp {
		f.varp -= 8 // the saved frame pointer
	}
	f.argp = f.fp + u.arch.minFrame
	f.continpc = f.pc
	if u.callee == "runtime.sigpanic" {
		f.continpc = 0
		if d := f.fn.DeferReturn(); d != 0 {
			f.continpc = d + 1
		}
	}
	return true
}

// link finds the return address.
func (u *unwinder) link(innermost, syscall bool) {
	f := &u.frame
	flag := f.fn.Flag()
	if syscall || f.fn.Name == "runtime.cgocallback" {
		flag &^= flagSPWrite
	}
	switch {
	case flag&flagTopFrame != 0:
		f.lr = 0
	case flag&flagSPWrite != 0 && !innermost:
		f.lr = 0
		u.broken = f.fn.Name + " moves the sp"
	case u.arch.usesLR:
		if innermost && f.sp < f.fp || f.lr == 0 {
			f.lr = u.p.mem.u64(f.sp)
		}
	case f.lr == 0:
		f.lr = u.p.mem.u64(f.fp - 8)
	}
}

// asyncPreempt is the function that the runtime has a goroutine call wherever it
// is, to make it wait.
const asyncPreempt = "runtime.asyncPreempt"

func isInjectedCall(name string) bool {
	return name == "runtime.sigpanic" || name == asyncPreempt || name == "runtime.debugCallV2"
}

// next goes to the caller's frame.
func (u *unwinder) next() bool {
	f := &u.frame
	if f.lr == 0 || u.broken != "" {
		return false
	}
	fn, ok := u.p.exe.FuncAt(f.lr)
	if !ok {
		u.broken = "a return address is not in a known function"
		return false
	}
	if u.n++; u.n > maxFrames || f.pc == f.lr && f.sp == f.fp {
		u.broken = "its frames do not end"
		return false
	}
	injected := isInjectedCall(f.fn.Name)
	u.callee = f.fn.Name
	*f = frame{fn: fn, pc: f.lr, sp: f.fp, trap: injected}
	if u.arch.usesLR && injected {
		// The signal handler saved the link register below the call it faked.
		x := u.p.mem.u64(f.sp)
		f.sp += u.arch.stackAlign
		if size, ok := f.fn.FrameSize(f.pc); ok && size == 0 {
			f.lr = x
		}
	}
	return u.resolve(false, false)
}
