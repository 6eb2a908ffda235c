package graph

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// objectRoom is what the graph and the analyses of the largest questions keep for
// each object with its references, in bytes.
const objectRoom = 64

// RoomError is a heap that is too large for the memory limit of this process, which
// is that of runtime/debug.SetMemoryLimit.
type RoomError struct {
	Objects     int
	Need, Limit int64 // bytes
}

func (e *RoomError) Error() string {
	return fmt.Sprintf("%d objects need about %d MiB of memory; the process may have %d MiB", e.Objects, e.Need>>20, e.Limit>>20)
}

// room checks, before they are allocated, that n objects fit beside what there is.
func room(n int) error {
	limit := debug.SetMemoryLimit(-1)
	var m runtime.MemStats
	if int64(n) < 1<<16 {
		return nil
	}
	runtime.ReadMemStats(&m)
	if need := int64(m.HeapAlloc) + int64(n)*objectRoom; need > limit {
		return &RoomError{n, need, limit}
	}
	return nil
}
