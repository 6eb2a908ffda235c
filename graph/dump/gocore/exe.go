package gocore

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// buildIDs are what identifies an executable.
type buildIDs struct{ goID, gnuID string }

// differ says how two executables' ids differ; "" if they agree as far as they
// are known.
func (a buildIDs) differ(b buildIDs) string {
	switch {
	case a.gnuID != "" && b.gnuID != "" && a.gnuID != b.gnuID:
		return fmt.Sprintf("its build id is %s, the core's is %s", b.gnuID, a.gnuID)
	case a.goID != "" && b.goID != "" && a.goID != b.goID:
		return fmt.Sprintf("its Go build id is %s, the core's is %s", b.goID, a.goID)
	}
	return ""
}

// idsInCore reads the build ids from the executable's first page in memory,
// which cores have.
func (c *coreFile) idsInCore(mem *memory) (ids buildIDs) {
	f, ok := c.notes.file(c.notes.phdr)
	if !ok {
		return ids
	}
	base := f.lo - f.off
	head := mem.bytes(base, elfHeaderLen)
	if head == nil || !bytes.HasPrefix(head, []byte(elf.ELFMAG)) {
		return ids
	}
	le := binary.LittleEndian
	table := mem.bytes(base+le.Uint64(head[32:]), int(le.Uint16(head[56:]))*progLen)
	slide := base
	for b := table; len(b) >= progLen; b = b[progLen:] {
		if elf.ProgType(le.Uint32(b)) == elf.PT_LOAD && le.Uint64(b[8:]) == 0 {
			slide = base - le.Uint64(b[16:])
			break
		}
	}
	for b := table; len(b) >= progLen; b = b[progLen:] {
		if elf.ProgType(le.Uint32(b)) == elf.PT_NOTE {
			ids.read(mem.bytes(slide+le.Uint64(b[16:]), int(min(le.Uint64(b[32:]), pageSize))))
		}
	}
	return ids
}

// read takes the ids from the notes in b.
func (ids *buildIDs) read(b []byte) {
	const goBuildID, gnuBuildID = 4, 3
	le := binary.LittleEndian
	for len(b) >= 12 {
		nameLen, descLen, kind := uint64(le.Uint32(b)), uint64(le.Uint32(b[4:])), le.Uint32(b[8:])
		desc := 12 + (nameLen+3)&^3
		if desc+descLen > uint64(len(b)) {
			return
		}
		switch owner := cstring(b[12 : 12+nameLen]); {
		case owner == "Go" && kind == goBuildID:
			ids.goID = string(b[desc : desc+descLen])
		case owner == "GNU" && kind == gnuBuildID:
			ids.gnuID = hex.EncodeToString(b[desc : desc+descLen])
		}
		b = b[min(desc+(descLen+3)&^3, uint64(len(b))):]
	}
}

// executable is the program that the core is of.
type executable struct {
	*gotype.Exe
	src   *source.Source
	progs []elf.ProgHeader
	entry uint64
	note  string // what is worth a warning about how it was found; may be empty
}

func (e *executable) Close() error {
	return errors.Join(e.Exe.Close(), e.src.Close())
}

// findExe opens the executable: the one that the user named, or the one that
// the core names, or one beside the core or in the debug folder.
func (c *coreFile) findExe(ctx context.Context, mem *memory) (*executable, error) {
	ids := c.idsInCore(mem)
	if path := c.src.Options.Exe; path != "" {
		e, err := c.openExe(ctx, path, mem)
		if err != nil {
			return nil, err
		}
		if d := ids.differ(buildIDs{e.BuildID, e.GNUBuildID}); d != "" {
			e.Close()
			return nil, &source.MismatchError{Exe: path, What: d}
		}
		return e, nil
	}
	note := ""
	paths := c.candidates(ids)
	for _, path := range paths {
		e, err := c.openExe(ctx, path, mem)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d := ids.differ(buildIDs{e.BuildID, e.GNUBuildID})
		if d == "" {
			e.note = note
			return e, nil
		}
		note = fmt.Sprintf("%s is not the executable that wrote the core: %s", path, d)
		e.Close()
	}
	what := "the executable that wrote the core was not found"
	if len(paths) > 0 {
		what += " at " + paths[0]
	}
	if len(c.notes.files) == 0 && len(paths) == 0 {
		what = "the core does not name its executable: its notes are missing, as in a core that was cut short"
	}
	if note != "" {
		what = note
	}
	return nil, &UnsupportedError{File: c.src.Name, What: what, Help: "name it with --exe"}
}

// candidates lists where the executable can be.
func (c *coreFile) candidates(ids buildIDs) (paths []string) {
	f, ok := c.notes.file(c.notes.phdr)
	if !ok {
		f, ok = c.notes.file(c.notes.entry)
	}
	beside := filepath.Dir(c.src.Path)
	if ok {
		path := strings.TrimSuffix(f.path, " (deleted)") // as the kernel marks a file that was replaced
		paths = append(paths, path, filepath.Join(beside, filepath.Base(path)))
	}
	if !ok && c.notes.command != "" && c.src.Path != "" {
		paths = append(paths, filepath.Join(beside, c.notes.command)) // qemu-user names no files
	}
	if len(ids.gnuID) > 2 {
		for _, dir := range []string{beside, "/usr/lib/debug"} {
			paths = append(paths, filepath.Join(dir, ".build-id", ids.gnuID[:2], ids.gnuID[2:]))
		}
	}
	return paths
}

// openExe opens an executable that is to be checked.
func (c *coreFile) openExe(ctx context.Context, path string, mem *memory) (*executable, error) {
	src, err := source.Open(path, source.Options{})
	if err != nil {
		return nil, err
	}
	e := &executable{src: src}
	f, err := elf.NewFile(src)
	if err == nil {
		if f.Machine != c.arch.machine {
			src.Close()
			return nil, &source.MismatchError{Exe: path, What: fmt.Sprintf("it is for %v, the core is of %v", f.Machine, c.arch.machine)}
		}
		e.entry = f.Entry
		for _, p := range f.Progs {
			e.progs = append(e.progs, p.ProgHeader)
		}
		e.Exe, err = gotype.Open(ctx, path)
	}
	if err != nil {
		src.Close()
		return nil, c.notGo(path, err)
	}
	if c.notes.entry != 0 {
		e.Rebase(c.notes.entry - e.entry)
	} else if f.Type == elf.ET_DYN {
		e.Rebase(c.findBias(e, mem))
	}
	return e, nil
}

// findBias returns how far from where it was linked for a position-independent
// executable was loaded, in a core that has lost its notes: some memory begins
// with the executable's headers. 0 if none does.
func (c *coreFile) findBias(e *executable, mem *memory) uint64 {
	head, err := e.src.Slice(0, elfHeaderLen+len(e.progs)*progLen)
	i := slices.IndexFunc(e.progs, func(p elf.ProgHeader) bool { return p.Type == elf.PT_LOAD && p.Off == 0 })
	if err != nil || i < 0 {
		return 0
	}
	for _, p := range c.progs {
		if bytes.Equal(mem.bytes(p.Vaddr, len(head)), head) {
			return p.Vaddr - e.progs[i].Vaddr
		}
	}
	return 0
}

// notGo explains why an executable cannot be used.
func (c *coreFile) notGo(path string, err error) error {
	var format *elf.FormatError
	if errors.Is(err, gotype.ErrNotExecutable) || errors.As(err, &format) {
		return &UnsupportedError{File: c.src.Name, What: path + " is not a Go program",
			Help: "only cores of Go programs can be read; if it is one, name the executable that wrote it with --exe", Err: source.ErrNotMine}
	}
	return err
}

// mapInto adds the executable's read-only segments behind what the core has.
// What a core lacks of writable ones is lost.
func (e *executable) mapInto(mem *memory) {
	for _, p := range e.progs {
		if p.Type != elf.PT_LOAD || p.Flags&elf.PF_W != 0 || p.Filesz == 0 || p.Off+p.Filesz > uint64(e.src.Size) {
			continue
		}
		lo := p.Vaddr + e.Bias()
		mem.add(part{lo: lo, hi: lo + p.Filesz, src: e.src, off: int64(p.Off)})
	}
}

// memory makes the address space from the core's segments, and says how many
// bytes of them the file has lost.
func (c *coreFile) memory() (mem *memory, lost uint64) {
	mem = new(memory)
	for _, p := range c.progs {
		size := min(p.Filesz, p.Memsz)
		if p.Off+size > uint64(c.src.Size) {
			have := uint64(0)
			if p.Off < uint64(c.src.Size) {
				have = uint64(c.src.Size) - p.Off
			}
			lost += size - have
			size = have
		}
		if size > 0 {
			mem.add(part{lo: p.Vaddr, hi: p.Vaddr + size, src: c.src, off: int64(p.Off), core: true})
		}
	}
	return mem, lost
}

// addZeros adds what the core's segments name and no file has: anonymous memory
// that was never touched, which the kernel leaves out. Only a core that lists
// its mapped files tells.
func (c *coreFile) addZeros(mem *memory) {
	if len(c.notes.files) == 0 {
		return
	}
	for _, p := range c.progs {
		lo, hi := p.Vaddr+min(p.Filesz, p.Memsz), p.Vaddr+p.Memsz
		if _, mapped := c.notes.file(lo); lo < hi && !mapped {
			mem.add(part{lo: lo, hi: hi})
		}
	}
}
