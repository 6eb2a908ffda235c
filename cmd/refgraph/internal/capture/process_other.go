//go:build !linux

package capture

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// Process is what is known of a process; on this system little more than its id.
type Process struct {
	PID, Inner int
	Name       string
	UID, GID   int
	Seccomp    int
	Threads    int
	Resident   int64
	Caught     uint64
	Foreign    bool
}

// Look tells early that a process is gone.
func Look(pid int) (*Process, error) {
	p, err := os.FindProcess(pid)
	if err == nil && runtime.GOOS != "windows" {
		err = p.Signal(syscall.Signal(0))
	}
	if err != nil && !os.IsPermission(err) {
		return nil, &Refusal{Why: fmt.Sprintf("no process %d", pid), Advice: "check the process id"}
	}
	return &Process{PID: pid, Inner: pid, UID: os.Getuid(), GID: os.Getgid()}, nil
}

// Alive reports whether there is a process with that id.
func (p *Process) Alive() bool { _, err := Look(p.PID); return err == nil }

// Ready refuses a process that cannot answer; that is not known here.
func (p *Process) Ready() error { return nil }

// Catches reports whether a signal is safe to send; that is not known here.
func (p *Process) Catches(syscall.Signal) bool { return false }

// Signal is not supported here: which signals a process catches is not known.
func (p *Process) Signal(syscall.Signal) error {
	return fmt.Errorf("signals that are safe: %w", ErrUnsupported)
}

// AttachHint says what to do where looking into a process is forbidden.
func AttachHint() string { return "run refgraph as the user of the process or as root" }
