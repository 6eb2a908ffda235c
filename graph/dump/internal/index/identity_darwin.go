package index

import (
	"fmt"
	"os"
	"syscall"
)

// identity is what the system changes when a file is replaced, or edited in place,
// whatever the editor does to its size and time.
func identity(st os.FileInfo) string {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("device %d inode %d changed %d.%d", sys.Dev, sys.Ino, sys.Ctimespec.Sec, sys.Ctimespec.Nsec)
}
