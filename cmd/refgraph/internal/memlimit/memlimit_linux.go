package memlimit

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// find reads below root, which is / but in tests.
func find(root string, mapped int64) Limit {
	l := None.least(free(root), "what the machine has free")
	l = resource(l, unix.RLIMIT_AS, statusBytes(root, "VmSize")+mapped, byAddressSpace)
	l = resource(l, unix.RLIMIT_DATA, statusBytes(root, "VmData"), byData)
	for _, g := range groups(root) {
		l = l.least(g.bytes, byGroup, g.name)
	}
	return l
}

// set is the least of what find knows but of the machine's memory.
func set(root string) Limit {
	l := resource(None, unix.RLIMIT_AS, 0, byAddressSpace)
	l = resource(l, unix.RLIMIT_DATA, 0, byData)
	memory := fields(filepath.Join(root, "proc/meminfo"))["MemTotal"]
	for _, g := range groups(root) {
		if memory == 0 || g.bytes < memory {
			l = l.least(g.bytes, byGroup, g.name)
		}
	}
	return l
}

// What sets a limit, in words.
const (
	byAddressSpace = "the limit of its address space (ulimit -v)"
	byData         = "the limit of its data (ulimit -d)"
	byGroup        = "the memory limit of its cgroup %s"
)

// resource applies a limit of address space, of which the process has taken some
// already that is not Go's heap.
func resource(l Limit, which int, taken int64, why string) Limit {
	var r unix.Rlimit
	if unix.Getrlimit(which, &r) != nil || r.Cur > 1<<62 {
		return l
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return l.least(max(1, int64(r.Cur)-taken+int64(m.Sys)), "%s", why)
}

// free is what can be allocated before the kernel has to end a process.
func free(root string) int64 {
	n := fields(filepath.Join(root, "proc/meminfo"))
	if n["MemAvailable"] == 0 {
		return 0
	}
	return n["MemAvailable"] + n["SwapFree"] + statusBytes(root, "VmRSS")
}

func statusBytes(root, name string) int64 {
	return fields(filepath.Join(root, "proc/self/status"))[name]
}

// fields reads lines of the form "Name:  123 kB", in bytes.
func fields(path string) map[string]int64 {
	out := map[string]int64{}
	f, err := os.Open(path)
	if err != nil {
		return out
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		name, rest, _ := strings.Cut(s.Text(), ":")
		if n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64); err == nil {
			out[name] = n << 10
		}
	}
	return out
}

type group struct {
	name  string
	bytes int64
}

// groups lists the limits of the cgroups that the process is in, and of those
// around them: version 2 (one hierarchy) and version 1 (one for memory).
func groups(root string) (list []group) {
	b, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		bases, file := []string{"sys/fs/cgroup", "sys/fs/cgroup/unified"}, "memory.max"
		if part[1] != "" {
			if !strings.Contains(","+part[1]+",", ",memory,") {
				continue
			}
			bases, file = []string{"sys/fs/cgroup/memory"}, "memory.limit_in_bytes"
		}
		for _, base := range bases {
			// A container sees its own group at the top, whatever its path says.
			for dir := filepath.Clean("/" + part[2]); ; dir = filepath.Dir(dir) {
				if n, err := readNumber(filepath.Join(root, base, dir, file)); err == nil && n < 1<<60 {
					list = append(list, group{dir, n})
				}
				if dir == "/" {
					break
				}
			}
		}
	}
	return list
}

func readNumber(path string) (int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64) // "max" is no number
}
