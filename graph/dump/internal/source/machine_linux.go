package source

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

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

// maxHoles bounds how many parts of a sparse file are looked for.
const maxHoles = 1 << 16

// dataSize is how many bytes of a file are not in holes, and where its large holes are.
func dataSize(f *os.File, st os.FileInfo) (total int64, holes []hole) {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || sys.Blocks*512 >= st.Size() {
		return st.Size(), nil
	}
	fd := int(f.Fd())
	defer unix.Seek(fd, 0, unix.SEEK_SET)
	for at, i := int64(0), 0; i < maxHoles; i++ {
		from, err := unix.Seek(fd, at, unix.SEEK_DATA)
		if err == unix.ENXIO {
			from = st.Size() // nothing but a hole is left
		} else if err != nil {
			return st.Size(), nil // the file system does not tell
		}
		if from-at >= largeHole {
			holes = append(holes, hole{at, from})
		}
		if from >= st.Size() {
			return total, holes
		}
		if at, err = unix.Seek(fd, from, unix.SEEK_HOLE); err != nil {
			return st.Size(), nil
		}
		total += at - from
	}
	return st.Size(), nil
}
