package gocore

import "debug/elf"

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
	// nested functions of C libraries follow the same ABI: nothing to add.
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
}

// arm64's user_pt_regs: x0 to x30, sp, pc, pstate. Its sigcontext, 16-byte
// aligned behind a 128-byte signal mask: fault address, x0 to x30, sp, pc.
var arm64 = &arch{
	name: "arm64", machine: elf.EM_AARCH64, usesLR: true, minFrame: 8, quantum: 4, stackAlign: 16,
	threadRegs: 34, pc: 32, sp: 31, lr: 30,
	contextRegs: 184, contextOrder: arm64Order(),
}

func arm64Order() []int {
	order := make([]int, 33)
	for i := range order {
		order[i] = i
	}
	return order
}

// generalRegs are the indexes of the registers that can hold Go pointers: all
// but pc, sp and the machine's state.
func (a *arch) generalRegs() []int {
	var out []int
	for i := range a.threadRegs {
		general := i <= 30
		if a == amd64 {
			general = i <= 14
		}
		if general {
			out = append(out, i)
		}
	}
	return out
}
