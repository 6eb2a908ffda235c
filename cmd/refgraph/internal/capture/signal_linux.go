package capture

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Catches reports whether the process has a handler for a signal.
func (p *Process) Catches(s syscall.Signal) bool { return p.Caught&(1<<(s-1)) != 0 }

// Signal sends a signal to the process if it has a handler for it now, and is the
// process that was looked at: without a handler most signals kill. The error is a
// [Refusal] otherwise.
func (p *Process) Signal(s syscall.Signal) error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if err != nil {
		return fmt.Errorf("process %d: %w", p.PID, err)
	}
	defer unix.Close(fd)
	now, err := Look(p.PID) // the descriptor holds the process that is looked at here
	switch {
	case err != nil:
		return err
	case now.started != p.started:
		return &Refusal{Why: fmt.Sprintf("process %d ended", p.PID)}
	case !now.Catches(s):
		return &Refusal{Why: fmt.Sprintf("process %d (%s) has no handler for %s, which would end it", p.PID, p.Name, unix.SignalName(s))}
	}
	if err := unix.PidfdSendSignal(fd, s, nil, 0); err != nil {
		return fmt.Errorf("%s to process %d: %w", unix.SignalName(s), p.PID, err)
	}
	return nil
}
