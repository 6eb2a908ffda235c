package gocore

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Types of the notes that are read, from linux/elf.h.
const (
	noteStatus = 1          // NT_PRSTATUS
	notePsinfo = 3          // NT_PRPSINFO
	noteAuxv   = 6          // NT_AUXV
	noteFile   = 0x46494c45 // NT_FILE
)

// Entries of the auxiliary vector.
const (
	auxPhdr  = 3
	auxEntry = 9
)

// notes is what the kernel or gdb wrote about the process.
type notes struct {
	threads []thread
	files   []fileMap
	command string // as in ps, at most 15 bytes
	phdr    uint64 // address of the executable's program headers
	entry   uint64 // address of its first instruction
	damage  []string
}

// thread is the state of one thread. The first in the core is the one that the
// core is about: it got the signal.
type thread struct {
	id   uint64
	regs []uint64 // in the machine's order
}

// fileMap is a range of memory that a file is mapped to.
type fileMap struct {
	lo, hi uint64
	off    uint64 // in the file
	path   string
}

// read reads one PT_NOTE segment. Damage is noted, what could be read is kept:
// threads only name roots, and the mapped files can be given by the user.
func (n *notes) read(src *source.Source, off, size int64, a *arch) {
	if off < 0 || size < 0 || off > src.Size {
		n.damage = append(n.damage, "the notes are outside the file")
		return
	}
	if off+size > src.Size {
		n.damage = append(n.damage, "the file ends within the notes")
		size = src.Size - off
	}
	if size > 1<<30 {
		n.damage = append(n.damage, "the notes are larger than 1 GiB")
		return
	}
	data, err := src.Slice(off, int(size))
	if err != nil {
		n.damage = append(n.damage, err.Error())
		return
	}
	for len(data) >= 12 {
		le := binary.LittleEndian
		nameLen, descLen, kind := uint64(le.Uint32(data)), uint64(le.Uint32(data[4:])), le.Uint32(data[8:])
		desc := 12 + (nameLen+3)&^3
		if desc+descLen > uint64(len(data)) {
			n.damage = append(n.damage, fmt.Sprintf("note of %d bytes where %d are left", descLen, len(data)))
			return
		}
		owner := string(bytes.TrimRight(data[12:12+nameLen], "\x00"))
		if owner == "CORE" {
			n.one(kind, data[desc:desc+descLen], a)
		}
		data = data[min(desc+(descLen+3)&^3, uint64(len(data))):]
	}
}

func (n *notes) one(kind uint32, b []byte, a *arch) {
	switch kind {
	case noteStatus:
		if len(b) < prstatusRegs+8*a.threadRegs {
			n.damage = append(n.damage, fmt.Sprintf("thread state of %d bytes", len(b)))
			return
		}
		t := thread{id: uint64(binary.LittleEndian.Uint32(b[32:]))}
		for i := range a.threadRegs {
			t.regs = append(t.regs, binary.LittleEndian.Uint64(b[prstatusRegs+8*i:]))
		}
		n.threads = append(n.threads, t)
	case notePsinfo:
		const nameOffset, nameLen = 40, 16
		if len(b) >= nameOffset+nameLen {
			n.command = cstring(b[nameOffset : nameOffset+nameLen])
		}
	case noteAuxv:
		for ; len(b) >= 16; b = b[16:] {
			switch v := binary.LittleEndian.Uint64(b[8:]); binary.LittleEndian.Uint64(b) {
			case auxPhdr:
				n.phdr = v
			case auxEntry:
				n.entry = v
			}
		}
	case noteFile:
		n.mappings(b)
	}
}

// mappings reads NT_FILE: count and page size, then count triples of start,
// end and file offset in pages, then count paths.
func (n *notes) mappings(b []byte) {
	if len(b) < 16 {
		return
	}
	count, page := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	b = b[16:]
	if count > uint64(len(b))/24 || page == 0 || page > 1<<30 {
		n.damage = append(n.damage, fmt.Sprintf("list of %d mapped files in %d bytes", count, len(b)))
		return
	}
	paths := b[24*count:]
	for ; count > 0; count-- {
		path, rest, ok := bytes.Cut(paths, []byte{0})
		if !ok {
			n.damage = append(n.damage, "the paths of mapped files end too early")
			return
		}
		le := binary.LittleEndian
		n.files = append(n.files, fileMap{lo: le.Uint64(b), hi: le.Uint64(b[8:]), off: le.Uint64(b[16:]) * page, path: string(path)})
		b, paths = b[24:], rest
	}
}

// file returns the mapping that holds an address.
func (n *notes) file(addr uint64) (fileMap, bool) {
	for _, f := range n.files {
		if f.lo <= addr && addr < f.hi {
			return f, true
		}
	}
	return fileMap{}, false
}

func cstring(b []byte) string {
	s, _, _ := bytes.Cut(b, []byte{0})
	return string(s)
}
