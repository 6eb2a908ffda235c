package engine

import (
	"os"
	"syscall"
	"time"
)

// patience is how long a child may take on the wall.
const patience = 6 * Timeout

// limitCPU has the kernel end this process when it has worked for so long. Where
// that is refused, the parent's patience ends it.
func limitCPU(d time.Duration) {
	seconds := uint64(d / time.Second)
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: seconds, Max: seconds})
}

// spent reports whether a process ended because of limitCPU(d).
func spent(s *os.ProcessState, d time.Duration) bool {
	w, ok := s.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && (w.Signal() == syscall.SIGKILL || w.Signal() == syscall.SIGXCPU) && s.UserTime()+s.SystemTime() >= d-d/10
}
