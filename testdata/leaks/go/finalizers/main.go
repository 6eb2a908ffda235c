// Command finalizers has a finalizer that blocks, so that all others wait.
package main

import (
	"runtime"
	"time"

	"leaks/leak"
)

type Handle struct {
	fd   int
	data [32]uint64
}

func open(i int) {
	h := &Handle{fd: i}
	runtime.SetFinalizer(h, func(h *Handle) {
		if h.fd >= 0 {
			select {}
		}
	})
}

func main() {
	leak.Ballast(8)
	for i := range leak.N(10_000) {
		open(i)
	}
	runtime.GC()
	time.Sleep(50 * time.Millisecond)
	leak.Dump()
}
