package gocore

import (
	"debug/elf"
	"slices"

	"golang.org/x/debug/third_party/delve/dwarf/regnum"
)

// arch is what differs between the machines.
type arch struct {
	name    string // GOARCH
	machine elf.Machine
	// usesLR is whether calls leave the return address in a register, so that
	// it is at the bottom of the frame of a function that calls others.
	usesLR       bool
	minFrame     uint64 // bytes at the bottom of each frame for the return address
	quantum      uint64 // bytes of the smallest instruction
	stackAlign   uint64
	threadRegs   int // number of registers in a prstatus note
	pc, sp, lr   int // their indexes; lr is -1 without
	contextRegs  int // offset of the registers in a ucontext
	contextOrder []int
	dwarf        []uint64 // DWARF's numbers of the general registers, by index in a prstatus note
	// runtime.asyncPreempt keeps the registers of the function it interrupts, in
	// this order, from this offset of its frame on.
	spilled   []uint64
	spilledAt uint64
}

// prstatusRegs is the offset of the registers in a prstatus note, on all
// 64-bit Linux machines.
const prstatusRegs = 112

var arches = []*arch{amd64, arm64}

// amd64's user_regs_struct: r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx
// rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs. Its
// sigcontext: r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
var amd64 = &arch{
	name: "amd64", machine: elf.EM_X86_64, quantum: 1, stackAlign: 8,
	threadRegs: 27, pc: 16, sp: 19, lr: -1,
	contextRegs: 40, contextOrder: []int{9, 8, 7, 6, 3, 2, 1, 0, 14, 13, 4, 5, 12, 10, 11, 19, 16},
	dwarf: []uint64{regnum.AMD64_R15, regnum.AMD64_R14, regnum.AMD64_R13, regnum.AMD64_R12, regnum.AMD64_Rbp, regnum.AMD64_Rbx,
		regnum.AMD64_R11, regnum.AMD64_R10, regnum.AMD64_R9, regnum.AMD64_R8, regnum.AMD64_Rax, regnum.AMD64_Rcx, regnum.AMD64_Rdx,
		regnum.AMD64_Rsi, regnum.AMD64_Rdi},
	spilled: []uint64{regnum.AMD64_Rax, regnum.AMD64_Rcx, regnum.AMD64_Rdx, regnum.AMD64_Rbx, regnum.AMD64_Rsi, regnum.AMD64_Rdi,
		regnum.AMD64_R8, regnum.AMD64_R9, regnum.AMD64_R10, regnum.AMD64_R11, regnum.AMD64_R12, regnum.AMD64_R13, regnum.AMD64_R14, regnum.AMD64_R15},
}

// arm64's user_pt_regs: x0 to x30, sp, pc, pstate. Its sigcontext, 16-byte
// aligned behind a 128-byte signal mask: fault address, x0 to x30, sp, pc.
var arm64 = &arch{
	name: "arm64", machine: elf.EM_AARCH64, usesLR: true, minFrame: 8, quantum: 4, stackAlign: 16,
	threadRegs: 34, pc: 32, sp: 31, lr: 30,
	contextRegs: 184, contextOrder: upTo[int](33),
	dwarf:   upTo[uint64](31),
	spilled: slices.DeleteFunc(upTo[uint64](27), func(x uint64) bool { return x == 18 }), spilledAt: 8,
}

// upTo counts from 0 to below n.
func upTo[T int | uint64](n int) (out []T) {
	for i := range n {
		out = append(out, T(i))
	}
	return out
}

// spilledIn tells which register's contents are at an offset of the frame of
// runtime.asyncPreempt, by DWARF's number.
func (a *arch) spilledIn(off uint64) (reg uint64, ok bool) {
	i := (off - a.spilledAt) / 8
	if off < a.spilledAt || i >= uint64(len(a.spilled)) {
		return 0, false
	}
	return a.spilled[i], true
}
