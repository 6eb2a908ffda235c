// Command healthy-state is a server whose main loop has the server's state on its
// stack, in many parts: the twin of goroutinelocal, whose goroutine collects.
package main

import (
	"strconv"
	"time"

	"leaks/leak"
)

type file struct {
	name  string
	text  []byte
	lines []int
}

type metrics struct{ series map[string]*[64]uint64 }

type state struct {
	files   map[string]*file
	metrics *metrics
	index   []byte
	pools   [][]byte
	pending chan *file
}

func serve(ready chan<- bool) {
	s := &state{files: map[string]*file{}, metrics: &metrics{map[string]*[64]uint64{}}, index: make([]byte, 3<<20), pending: make(chan *file, 16)}
	for i := range 150 {
		name := "file" + strconv.Itoa(i)
		s.files[name] = &file{name, make([]byte, 4<<10), make([]int, 300)}
		s.metrics.series[name] = new([64]uint64)
	}
	for range 40 {
		s.pools = append(s.pools, make([]byte, 64<<10))
	}
	ready <- true
	for f := range s.pending {
		s.files[f.name] = f
	}
}

func main() {
	leak.Ballast(4)
	ready := make(chan bool)
	go serve(ready)
	<-ready
	time.Sleep(10 * time.Millisecond)
	leak.Dump()
}
