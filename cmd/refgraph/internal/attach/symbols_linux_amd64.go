package attach

import (
	"bufio"
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mapping is an executable range of a process's memory.
type mapping struct {
	start, end, offset uint64
	path               string
}

// executable lists the executable mappings of a process.
func executable(pid int) ([]mapping, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []mapping
	for s := bufio.NewScanner(f); s.Scan(); {
		var m mapping
		var perms, device string
		var inode uint64
		line := s.Text()
		if n, _ := fmt.Sscanf(line, "%x-%x %s %x %s %d", &m.start, &m.end, &perms, &m.offset, &device, &inode); n < 6 || !strings.Contains(perms, "x") {
			continue
		}
		if fields := strings.Fields(line); len(fields) > 5 {
			m.path = strings.Join(fields[5:], " ")
		}
		list = append(list, m)
	}
	return list, nil
}

// symbols finds the addresses of functions of CPython in a process: in its
// executable or in libpython.
func symbols(pid int, maps []mapping, names ...string) (map[string]uint64, error) {
	seen := map[string]bool{}
	exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	for _, m := range maps {
		isExe := m.path == exe
		if seen[m.path] || !isExe && !strings.Contains(filepath.Base(m.path), "python") {
			continue
		}
		seen[m.path] = true
		file := fmt.Sprintf("/proc/%d/root%s", pid, m.path)
		if isExe {
			file = fmt.Sprintf("/proc/%d/exe", pid)
		}
		if found := symbolsOf(file, m, names); found != nil {
			return found, nil
		}
	}
	return nil, ErrNoPython
}

// symbolsOf returns the addresses of all the names, or nil.
func symbolsOf(file string, m mapping, names []string) map[string]uint64 {
	f, err := elf.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	bias, ok := loadBias(f, m)
	if !ok {
		return nil
	}
	found := map[string]uint64{}
	for _, read := range []func() ([]elf.Symbol, error){f.DynamicSymbols, f.Symbols} {
		syms, err := read()
		if err != nil {
			continue
		}
		for _, s := range syms {
			for _, name := range names {
				if s.Name == name && s.Section != elf.SHN_UNDEF {
					found[name] = s.Value + bias
				}
			}
		}
		if len(found) == len(names) {
			return found
		}
	}
	return nil
}

// loadBias is what to add to the addresses of a file that is mapped at m.
func loadBias(f *elf.File, m mapping) (uint64, bool) {
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_X != 0 && m.offset <= p.Off && p.Off < m.offset+(m.end-m.start) {
			return m.start + (p.Off - m.offset) - p.Vaddr, true
		}
	}
	return 0, false
}

// syscallInstruction finds a syscall instruction in the process.
func syscallInstruction(mem *os.File, maps []mapping) (uint64, error) {
	for _, m := range maps {
		if base := filepath.Base(m.path); m.path != "[vdso]" && !strings.HasPrefix(base, "libc") && !strings.HasPrefix(base, "ld-") {
			continue
		}
		code := make([]byte, min(m.end-m.start, 4<<20))
		n, _ := mem.ReadAt(code, int64(m.start))
		if i := bytes.Index(code[:n], []byte{0x0f, 0x05}); i >= 0 {
			return m.start + uint64(i), nil
		}
	}
	return 0, fmt.Errorf("no syscall instruction found in the process")
}
