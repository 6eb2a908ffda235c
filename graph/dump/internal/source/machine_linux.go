package source

import "golang.org/x/sys/unix"

// machineMemory is the memory of the machine in bytes; 0 if it is not known.
func machineMemory() int64 {
	var s unix.Sysinfo_t
	if unix.Sysinfo(&s) != nil {
		return 0
	}
	return int64(s.Totalram) * int64(s.Unit)
}

// diskFree is what an ordinary user can write to a folder's disk; 0 if it is not
// known.
func diskFree(dir string) int64 {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0
	}
	return int64(s.Bavail) * s.Bsize
}
