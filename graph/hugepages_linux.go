package graph

import (
	"syscall"
	"unsafe"
)

// hugePages asks the system to back memory that has not been touched with huge
// pages.
func hugePages[T any](s []T) {
	const huge = 2 << 20
	n := uintptr(len(s)) * unsafe.Sizeof(*new(T))
	if n < 2*huge {
		return
	}
	first := unsafe.Pointer(unsafe.SliceData(s))
	skip := -uintptr(first) & (huge - 1)
	b := unsafe.Slice((*byte)(unsafe.Add(first, skip)), (n-skip)&^(huge-1))
	_ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) // advice: failing costs time, nothing else
}
