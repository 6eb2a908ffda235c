package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Process is what the kernel says of a process.
type Process struct {
	PID      int    // as refgraph sees it
	Inner    int    // as the process sees itself: another in a pid namespace
	Name     string // of its main thread, cleaned
	State    byte   // of its main thread: R, S, D, T, t, Z, X
	Tracer   int    // process that traces it, 0 if none
	UID, GID int    // effective: whose rights it has
	Seccomp  int    // 0 none, 1 strict, 2 filter
	Threads  int
	Resident int64  // bytes in memory
	Peak     int64  // the most that it ever had in memory
	Files    int64  // of Resident: mapped files
	Shared   int64  // of Resident: shared memory
	Caught   uint64 // signals with a handler, bit n-1 for signal n (SigCgt)
	Foreign  bool   // its file system is another than ours: a container, a chroot, a private /tmp
	group    int    // of a thread: its process
	started  string // since boot, in ticks: tells a process from a later one with its id
}

// Look reads what the kernel says of a process. The error is a [Refusal] if there
// is none, or it is another user's.
func Look(pid int) (*Process, error) {
	p := &Process{PID: pid, Inner: pid}
	status, err := readCapped(p.File("status"), 64<<10)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil, &Refusal{Why: fmt.Sprintf("no process %d", pid), Advice: "check the process id, with ps or pgrep"}
	} else if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(status)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		p.set(key, strings.Fields(value))
	}
	if p.started, err = startTime(pid); err != nil {
		return nil, &Refusal{Why: fmt.Sprintf("no process %d", pid), Advice: "it ended a moment ago"}
	}
	if _, err := readCapped(p.File("maps"), 1); errors.Is(err, fs.ErrPermission) {
		return nil, &Refusal{Why: fmt.Sprintf("not allowed to look into process %d (%s)", pid, p.Name), Advice: AttachHint(), Cause: err}
	}
	p.Foreign = p.foreign()
	return p, nil
}

func (p *Process) set(key string, fields []string) {
	if len(fields) == 0 {
		return
	}
	number := func(i int) int { // 0 if there is none
		n, _ := strconv.Atoi(fields[min(i, len(fields)-1)])
		return n
	}
	switch key {
	case "Name":
		p.Name = Clean(strings.Join(fields, " "))
	case "State":
		p.State = fields[0][0]
	case "TracerPid":
		p.Tracer = number(0)
	case "Uid":
		p.UID = number(1)
	case "Gid":
		p.GID = number(1)
	case "NSpid":
		p.Inner = number(len(fields) - 1)
	case "Tgid":
		p.group = number(0)
	case "Threads":
		p.Threads = number(0)
	case "Seccomp":
		p.Seccomp = number(0)
	case "VmRSS":
		p.Resident = int64(number(0)) << 10
	case "VmHWM":
		p.Peak = int64(number(0)) << 10
	case "RssFile":
		p.Files = int64(number(0)) << 10
	case "RssShmem":
		p.Shared = int64(number(0)) << 10
	case "SigCgt":
		p.Caught, _ = strconv.ParseUint(fields[0], 16, 64)
	}
}

// File is the path of a file of /proc of the process.
func (p *Process) File(name string) string { return fmt.Sprintf("/proc/%d/%s", p.PID, name) }

// Alive reports whether it is still the process that was looked at, and no zombie.
func (p *Process) Alive() bool {
	started, err := startTime(p.PID)
	return err == nil && started == p.started
}

// Ready refuses a process that cannot answer: stopped, traced, a zombie.
func (p *Process) Ready() error {
	switch {
	case p.State == 'Z' || p.State == 'X':
		return &Refusal{Why: fmt.Sprintf("process %d has ended", p.PID), Advice: "its parent has not taken notice of it yet"}
	case p.Tracer != 0:
		tracer := &Process{PID: p.Tracer}
		status, _ := readCapped(tracer.File("status"), 64<<10)
		for line := range strings.Lines(string(status)) {
			key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
			tracer.set(key, strings.Fields(value))
		}
		return &Refusal{Why: fmt.Sprintf("process %d is traced by process %d (%s)", p.PID, tracer.group, tracer.Name),
			Advice: "only one can trace a process: end that debugger, strace or other capture first"}
	case p.State == 'T':
		return &Refusal{Why: fmt.Sprintf("the process is stopped (SIGSTOP): %d does not run", p.PID),
			Advice: fmt.Sprintf("let it go on with kill -CONT %d, then capture again", p.PID)}
	case p.Seccomp == 1:
		return &Refusal{Why: fmt.Sprintf("process %d may only read and write (seccomp strict mode)", p.PID), Advice: "no dump can be taken of it"}
	}
	return nil
}

// foreign reports whether the process has another root, or another file system
// than ours behind /tmp.
func (p *Process) foreign() bool {
	for _, dir := range []string{"/", "/tmp"} {
		ours, err1 := os.Stat(dir)
		theirs, err2 := os.Stat(p.File("root") + dir + "/.")
		if err1 == nil && (err2 != nil || !os.SameFile(ours, theirs)) {
			return true
		}
	}
	return false
}

// startTime is when a process started; an error if it is gone or a zombie.
func startTime(pid int) (string, error) {
	b, err := readCapped(fmt.Sprintf("/proc/%d/stat", pid), 4096)
	if err != nil {
		return "", err
	}
	i := bytes.LastIndexByte(b, ')') // the name before it may hold anything
	fields := strings.Fields(string(b[i+1:]))
	if i < 0 || len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", fs.ErrNotExist
	}
	return fields[19], nil
}

// AttachHint says what usually forbids to look into a process, and what to do.
func AttachHint() string {
	scope, _ := readCapped("/proc/sys/kernel/yama/ptrace_scope", 16)
	if s := strings.TrimSpace(string(scope)); s != "" && s != "0" {
		return "the kernel forbids it (ptrace_scope " + Clean(s) + "): run refgraph as root"
	}
	return "run refgraph as the user of the process or as root (in a container with CAP_SYS_PTRACE)"
}

// readCapped reads at most n bytes of a file of the kernel's.
func readCapped(path string, n int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}
