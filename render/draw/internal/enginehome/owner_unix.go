//go:build unix

package enginehome

import (
	"os"
	"syscall"
)

// owned reports whether the folder belongs to the user this process acts for.
func owned(st os.FileInfo) bool {
	sys, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Geteuid()
}
