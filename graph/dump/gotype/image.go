package gotype

import (
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// image is the loadable part of an ELF file. Addresses are as in the file.
type image struct {
	segs   []segment
	symtab *elf.Section
}

type segment struct {
	Range         // of what the file has
	data   []byte // private copy where relocations were applied
	write  bool
	memEnd uint64 // with the part that starts as zeros
}

// bytes returns n bytes at a file address, or nil.
func (m *image) bytes(addr uint64, n int) []byte {
	for i := range m.segs {
		s := &m.segs[i]
		if off := addr - s.Lo; off < uint64(len(s.data)) {
			if n < 0 || uint64(n) > uint64(len(s.data))-off {
				return nil
			}
			return s.data[off : off+uint64(n) : off+uint64(n)]
		}
	}
	return nil
}

// tail returns what the segment has from addr on.
func (m *image) tail(addr uint64) []byte {
	for i := range m.segs {
		s := &m.segs[i]
		if off := addr - s.Lo; off < uint64(len(s.data)) {
			return s.data[off:]
		}
	}
	return nil
}

func (m *image) word(addr uint64) (uint64, bool) {
	b := m.bytes(addr, 8)
	if b == nil {
		return 0, false
	}
	return binary.LittleEndian.Uint64(b), true
}

// fileAddr is the address a section is loaded at, if it is.
func (m *image) mapped(addr uint64) bool {
	for i := range m.segs {
		if addr-m.segs[i].Lo < m.segs[i].memEnd-m.segs[i].Lo {
			return true
		}
	}
	return false
}

var goarch = map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}

// readELF reads headers, segments, notes and relocations.
func (e *Exe) readELF() (*elf.File, error) {
	magic, _ := e.src.Slice(0, 4)
	if string(magic) != elf.ELFMAG {
		return nil, fmt.Errorf("%s: %w: %s", e.src.Name, ErrNotExecutable, otherKind(magic))
	}
	f, err := elf.NewFile(e.src)
	if err != nil {
		return nil, e.errorf(0, "ELF headers: %v", err)
	}
	e.Arch = goarch[f.Machine]
	if e.Arch == "" || f.Class != elf.ELFCLASS64 || f.Data != elf.ELFDATA2LSB {
		return nil, fmt.Errorf("%s: %w: %v %v; only 64-bit amd64 and arm64 are read", e.src.Name, ErrNotExecutable, f.Machine, f.Class)
	}
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		return nil, fmt.Errorf("%s: %w: %v", e.src.Name, ErrNotExecutable, f.Type)
	}
	e.PIE = f.Type == elf.ET_DYN
	if err := e.readSegments(f); err != nil {
		return nil, err
	}
	e.readNotes(f)
	for _, s := range f.Sections {
		if s.Type == elf.SHT_SYMTAB {
			e.img.symtab = s
		}
	}
	if e.PIE {
		e.relocate(f)
	}
	return f, nil
}

// otherKind says what a file that is not ELF may be.
func otherKind(magic []byte) string {
	if len(magic) == 4 {
		switch {
		case magic[0] == 'M' && magic[1] == 'Z':
			return "a Windows (PE) executable; only ELF is read so far"
		case binary.LittleEndian.Uint32(magic)&^1 == 0xfeedface, binary.BigEndian.Uint32(magic) == 0xcafebabe:
			return "a macOS (Mach-O) executable; only ELF is read so far"
		case string(magic) == "go1.":
			return "a Go heap dump; the executable is the program that wrote it"
		}
	}
	return "no ELF header"
}

func (e *Exe) readSegments(f *elf.File) error {
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Filesz == 0 {
			continue
		}
		if p.Filesz > uint64(e.src.Size) || p.Off > uint64(e.src.Size)-p.Filesz {
			return e.errorf(p.Off, "segment of %d bytes reaches past the end of the file", p.Filesz)
		}
		if p.Vaddr+max(p.Filesz, p.Memsz) < p.Vaddr {
			return e.errorf(p.Off, "segment wraps around the address space")
		}
		data, err := e.src.Slice(int64(p.Off), int(p.Filesz))
		if err != nil {
			return e.errorf(p.Off, "segment: %v", err)
		}
		e.img.segs = append(e.img.segs, segment{
			Range: Range{p.Vaddr, p.Vaddr + p.Filesz}, data: data,
			write: p.Flags&elf.PF_W != 0, memEnd: p.Vaddr + max(p.Filesz, p.Memsz),
		})
	}
	return nil
}

// readNotes finds the build ids. Notes are namesz, descsz, type, name, desc.
func (e *Exe) readNotes(f *elf.File) {
	for _, p := range f.Progs {
		if p.Type != elf.PT_NOTE || p.Filesz > 1<<20 {
			continue
		}
		data, err := e.src.Slice(int64(p.Off), int(p.Filesz))
		if err != nil {
			continue
		}
		for len(data) >= 12 {
			namesz, descsz := uint64(binary.LittleEndian.Uint32(data)), uint64(binary.LittleEndian.Uint32(data[4:]))
			typ := binary.LittleEndian.Uint32(data[8:])
			nameEnd := 12 + (namesz+3)&^3
			end := nameEnd + (descsz+3)&^3
			if end > uint64(len(data)) {
				break
			}
			name, desc := string(data[12:12+namesz]), data[nameEnd:nameEnd+descsz]
			switch {
			case name == "Go\x00\x00" && typ == 4:
				e.BuildID = string(desc)
			case name == "GNU\x00" && typ == 3:
				e.GNUBuildID = hex.EncodeToString(desc)
			}
			data = data[end:]
		}
	}
}

// relocate applies the relative relocations of a position-independent
// executable, as for loading it at bias 0: the places may hold the addend
// already (Go's linker) or nothing (others).
func (e *Exe) relocate(f *elf.File) {
	want := uint64(elf.R_X86_64_RELATIVE)
	if e.Arch == "arm64" {
		want = uint64(elf.R_AARCH64_RELATIVE)
	}
	copied := make([]bool, len(e.img.segs))
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA || s.Flags&elf.SHF_ALLOC == 0 || !strings.HasPrefix(s.Name, ".rela") {
			continue
		}
		for rel := e.img.bytes(s.Addr, int(min(s.FileSize, uint64(e.src.Size)))); len(rel) >= 24; rel = rel[24:] {
			if binary.LittleEndian.Uint64(rel[8:])&0xffffffff == want {
				e.img.patch(copied, binary.LittleEndian.Uint64(rel), binary.LittleEndian.Uint64(rel[16:]))
			}
		}
	}
}

// patch sets a word, in a private copy of its segment.
func (m *image) patch(copied []bool, addr, value uint64) {
	for i := range m.segs {
		s := &m.segs[i]
		off := addr - s.Lo
		if off >= uint64(len(s.data)) || uint64(len(s.data))-off < 8 {
			continue
		}
		if binary.LittleEndian.Uint64(s.data[off:]) == value {
			return
		}
		if !copied[i] {
			s.data, copied[i] = append([]byte(nil), s.data...), true
		}
		binary.LittleEndian.PutUint64(s.data[off:], value)
		return
	}
}
