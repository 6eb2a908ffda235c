package python

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// register is a general register, by its number in instructions.
type register byte

const (
	rax register = iota
	rcx
	rdx
	rbx
	rsp
	rbp
	rsi
	rdi
	r8
	r9
	r10
	r11
	r12
	r13
	r14
	r15
)

// code is machine code in the making. What it refers to is at addresses that are
// known when it is made, so that it needs no register for that.
type code struct {
	b      []byte
	labels map[string]int // offset of each label
	jumps  map[int]string // offset of a 4-byte distance, and where it leads
}

func (c *code) raw(b ...byte) { c.b = append(c.b, b...) }

// set puts a constant into a register. No flag changes.
func (c *code) set(r register, v uint64) {
	c.raw(0x48|byte(r>>3), 0xb8|byte(r&7))
	c.b = binary.LittleEndian.AppendUint64(c.b, v)
}

// load reads 8 bytes of memory into rax, store writes rax.
func (c *code) load(at uint64)       { c.raw(0x48, 0xa1); c.b = binary.LittleEndian.AppendUint64(c.b, at) }
func (c *code) store(at uint64)      { c.raw(0x48, 0xa3); c.b = binary.LittleEndian.AppendUint64(c.b, at) }
func (c *code) storeTo(at, v uint64) { c.set(rax, v); c.store(at) }

// move copies rax to another register.
func (c *code) move(to register) { c.raw(0x48|byte(to>>3), 0x89, 0xc0|byte(to&7)) }

// jumpTo goes to an address of anywhere, and changes no register.
func (c *code) jumpTo(at uint64) {
	c.raw(0xff, 0x25, 0, 0, 0, 0)
	c.b = binary.LittleEndian.AppendUint64(c.b, at)
}

func (c *code) label(name string) {
	if c.labels == nil {
		c.labels = map[string]int{}
	}
	c.labels[name] = len(c.b)
}

// Conditions of jump.
var (
	always  = []byte{0xe9}
	ifZero  = []byte{0x0f, 0x84}
	ifNot   = []byte{0x0f, 0x85}
	ifBelow = []byte{0x0f, 0x82}
)

func (c *code) jump(condition []byte, label string) {
	if c.jumps == nil {
		c.jumps = map[int]string{}
	}
	c.raw(condition...)
	c.jumps[len(c.b)] = label
	c.raw(0, 0, 0, 0)
}

// testRAX sets the zero flag by all of rax.
func (c *code) testRAX() { c.raw(0x48, 0x85, 0xc0) }

// testEAX sets the zero flag by the lower half of rax, a C int.
func (c *code) testEAX() { c.raw(0x85, 0xc0) }

// timeToRAX reads the time stamp counter; it destroys rdx.
func (c *code) timeToRAX() {
	c.raw(0x0f, 0x31, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0) // rdtsc; shl rdx,32; or rax,rdx
}

// compareRAX compares rax with another register, unsigned.
func (c *code) compareRAX(with register) { c.raw(0x48|byte(with>>3)<<2, 0x39, 0xc0|byte(with&7)<<3) }

// arg is what a call or a system call is given: a constant, or what memory holds.
type arg struct {
	v     uint64
	there bool // v is the address of the value
}

func is(v uint64) arg { return arg{v: v} }
func at(v uint64) arg { return arg{v: v, there: true} }

func (c *code) args(regs []register, list []arg) {
	for i, a := range list {
		if a.there {
			c.load(a.v)
			c.move(regs[i])
			continue
		}
		c.set(regs[i], a.v)
	}
}

// call calls a C function; the stack must be aligned. The result is in rax.
func (c *code) call(function uint64, list ...arg) {
	c.args([]register{rdi, rsi, rdx, rcx, r8, r9}, list)
	c.set(rax, function)
	c.raw(0xff, 0xd0)
}

// syscall makes a system call. It destroys rcx and r11; the result is in rax.
func (c *code) syscall(number uint64, list ...arg) {
	c.args([]register{rdi, rsi, rdx, r10, r8, r9}, list)
	c.set(rax, number)
	c.raw(0x0f, 0x05)
}

// saveFloats and restoreFloats keep the floating-point and vector registers
// (x87, SSE, AVX, AVX-512) at an address that is a multiple of 64. They destroy
// rax, rcx and rdx.
func (c *code) saveFloats(at uint64)    { c.floats(at, 0x21) }
func (c *code) restoreFloats(at uint64) { c.floats(at, 0x29) }

func (c *code) floats(at uint64, operation byte) {
	c.set(rcx, at)
	c.set(rax, 0xe7)
	c.set(rdx, 0)
	c.raw(0x48, 0x0f, 0xae, operation)
}

// resume puts all general registers and the flags back and goes on where the
// thread was. It uses the thread's stack as it is, below what that holds.
func (c *code) resume(r *unix.PtraceRegs, flags bool) {
	if flags {
		c.set(rax, r.Eflags)
		c.raw(0x50, 0x9d) // push rax; popfq
	}
	for reg, v := range []uint64{r.Rax, r.Rcx, r.Rdx, r.Rbx, r.Rsp, r.Rbp, r.Rsi, r.Rdi, r.R8, r.R9, r.R10, r.R11, r.R12, r.R13, r.R14, r.R15} {
		c.set(register(reg), v)
	}
	c.jumpTo(r.Rip)
}

// bytes is the finished code, with all jumps filled in.
func (c *code) bytes() []byte {
	for from, name := range c.jumps {
		to, ok := c.labels[name]
		if !ok {
			panic("no label " + name)
		}
		binary.LittleEndian.PutUint32(c.b[from:], uint32(to-from-4))
	}
	return c.b
}
