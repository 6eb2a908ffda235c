package gocore

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// UnsupportedError is a core file that is whole, but not one this package can
// read: of another kind of program, machine or runtime version.
type UnsupportedError struct {
	File string
	What string
	Help string // what the user can do about it; may be empty
	Err  error  // source.ErrNotMine if it is not a core of a Go program for a known machine
}

func (e *UnsupportedError) Error() string { return e.File + ": " + e.What }

func (e *UnsupportedError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *UnsupportedError) Hint() string { return e.Help }

const (
	elfHeaderLen = 64 // of a 64-bit ELF header
	progLen      = 56 // of a 64-bit program header
	// pnXNum is the program header count that says the true one is in section 0.
	pnXNum = 0xffff
)

// Match reports whether a file that starts with head is an ELF core file, of
// any machine, so that Read can say what is wrong with those it cannot read.
func Match(head []byte) bool {
	if len(head) < 18 || !bytes.HasPrefix(head, []byte(elf.ELFMAG)) {
		return false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	return elf.Type(order.Uint16(head[16:])) == elf.ET_CORE
}

// coreFile is what the ELF headers of a core say.
type coreFile struct {
	src   *source.Source
	arch  *arch
	progs []elf.Prog64 // PT_LOAD only, as in the file
	notes notes
}

// readELF reads the headers and notes of a core. It does not use debug/elf's
// File, which insists on section headers at the end of the file, which a
// truncated core has lost.
func readELF(src *source.Source) (*coreFile, error) {
	head, err := src.Slice(0, elfHeaderLen)
	if err != nil {
		return nil, src.Errorf(0, "the file ends within the ELF header")
	}
	c := &coreFile{src: src}
	if c.arch, err = machine(src, head); err != nil {
		return nil, err
	}
	var h elf.Header64
	if err := binary.Read(bytes.NewReader(head), binary.LittleEndian, &h); err != nil {
		return nil, err
	}
	n := int(h.Phnum)
	if n == pnXNum {
		if n, err = extendedCount(src, &h); err != nil {
			return nil, err
		}
	}
	if h.Phentsize != progLen {
		return nil, src.Errorf(54, "program headers of %d bytes", h.Phentsize)
	}
	table, err := src.Slice(int64(h.Phoff), n*progLen)
	if err != nil {
		return nil, src.Errorf(int64(h.Phoff), "the file ends within its %d program headers", n)
	}
	return c, c.readProgs(table)
}

// machine checks class, byte order and machine.
func machine(src *source.Source, head []byte) (*arch, error) {
	refuse := func(format string, args ...any) error {
		return &UnsupportedError{File: src.Name, What: fmt.Sprintf(format, args...),
			Help: "cores of 64-bit Go programs on amd64 and arm64 can be read", Err: source.ErrNotMine}
	}
	if elf.Class(head[elf.EI_CLASS]) != elf.ELFCLASS64 {
		return nil, refuse("core of a 32-bit program")
	}
	if elf.Data(head[elf.EI_DATA]) != elf.ELFDATA2LSB {
		return nil, refuse("core of a big-endian machine")
	}
	m := elf.Machine(binary.LittleEndian.Uint16(head[18:]))
	for _, a := range arches {
		if a.machine == m {
			return a, nil
		}
	}
	return nil, refuse("core of a program for %v", m)
}

// extendedCount reads the number of program headers from section header 0,
// where cores with 65,535 or more mappings have it.
func extendedCount(src *source.Source, h *elf.Header64) (int, error) {
	const infoOffset = 44 // of sh_info in a section header
	b, err := src.Slice(int64(h.Shoff)+infoOffset, 4)
	if h.Shoff == 0 || err != nil {
		return 0, src.Errorf(int64(h.Shoff), "the number of program headers is missing")
	}
	return int(binary.LittleEndian.Uint32(b)), nil
}

func (c *coreFile) readProgs(table []byte) error {
	for ; len(table) >= progLen; table = table[progLen:] {
		le := binary.LittleEndian
		p := elf.Prog64{
			Type: le.Uint32(table), Flags: le.Uint32(table[4:]),
			Off: le.Uint64(table[8:]), Vaddr: le.Uint64(table[16:]),
			Filesz: le.Uint64(table[32:]), Memsz: le.Uint64(table[40:]),
		}
		switch elf.ProgType(p.Type) {
		case elf.PT_LOAD:
			if p.Vaddr+p.Memsz < p.Vaddr || p.Off > 1<<62 || p.Filesz > 1<<62 {
				return c.src.Errorf(int64(p.Off&(1<<62-1)), "segment at 0x%x of 0x%x bytes", p.Vaddr, p.Memsz)
			}
			c.progs = append(c.progs, p)
		case elf.PT_NOTE:
			c.notes.read(c.src, int64(p.Off), int64(p.Filesz), c.arch)
		}
	}
	return nil
}
