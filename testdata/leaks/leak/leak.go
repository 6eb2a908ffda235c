// Package leak is what the Go programs of the corpus share: how much they leak,
// a healthy part beside the leak, and the dump.
package leak

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

// N is n times LEAK_SCALE, which is 1 where it is not set.
func N(n int) int {
	if k, err := strconv.Atoi(os.Getenv("LEAK_SCALE")); err == nil {
		return n * k
	}
	return n
}

// route and buffers are the healthy part: a table of handlers and a few buffers.
type route struct {
	pattern string
	hits    uint64
}

var (
	routes  = map[string]*route{}
	buffers [][]byte
)

// Ballast makes a healthy part of some MiB.
func Ballast(mib int) {
	for i := range 100 {
		name := "/route/" + strconv.Itoa(i)
		routes[name] = &route{pattern: name}
	}
	for range mib * 4 {
		buffers = append(buffers, make([]byte, 256<<10))
	}
}

// Dump writes the heap dump to the file that LEAK_DUMP names and ends the
// program. With LEAK_FORM=core it says that it is ready, and waits to be dumped
// from outside.
func Dump() {
	runtime.GC()
	runtime.GC()
	time.Sleep(20 * time.Millisecond) // goroutines come to where they wait
	if os.Getenv("LEAK_FORM") == "core" {
		fmt.Println("ready")
		time.Sleep(time.Minute)
		os.Exit(1)
	}
	f, err := os.Create(os.Getenv("LEAK_DUMP"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	debug.WriteHeapDump(f.Fd())
	os.Exit(0)
}
