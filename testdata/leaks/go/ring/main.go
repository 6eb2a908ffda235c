// Command ring has a ring of samples that was made far too large.
package main

import (
	"container/ring"

	"leaks/leak"
)

type Sample struct{ data [24]uint64 }

type Profiler struct{ samples *ring.Ring }

var profiler = &Profiler{}

func main() {
	leak.Ballast(8)
	profiler.samples = ring.New(leak.N(20_000))
	for range profiler.samples.Len() {
		profiler.samples.Value = &Sample{}
		profiler.samples = profiler.samples.Next()
	}
	leak.Dump()
}
