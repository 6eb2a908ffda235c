//go:build !linux

package within

import "os"

// Stderr is standard error.
func Stderr() *os.File { return os.Stderr }

// Run has nothing to do here: limits are known on Linux only.
func Run() (code int, short, ran bool) { return 0, false, false }
