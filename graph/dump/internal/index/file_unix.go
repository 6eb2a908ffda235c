//go:build unix

package index

import (
	"os"
	"syscall"
)

// owned reports whether a file belongs to the user this process acts for.
func owned(st os.FileInfo) bool {
	sys, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Geteuid()
}

func private(st os.FileInfo) bool { return st.Mode().Perm()&0o077 == 0 }
