package source

import (
	"os"

	"golang.org/x/sys/unix"
)

func release(data []byte, off, n int64) {
	page := int64(os.Getpagesize())
	lo := (off + page - 1) &^ (page - 1)
	hi := min(off+n, int64(len(data))) &^ (page - 1)
	if off+n >= int64(len(data)) {
		hi = int64(len(data))
	}
	if lo < hi {
		_ = unix.Madvise(data[lo:hi], unix.MADV_DONTNEED) // advice: failing costs memory, nothing else
	}
}
