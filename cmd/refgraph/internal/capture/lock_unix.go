//go:build unix

package capture

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the lock of a file that nobody else holds; it goes with the descriptor.
func lock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }
