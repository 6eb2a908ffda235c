// Command healthy-workers has permanent workers, a bounded queue and tables that
// are made once.
package main

import (
	"fmt"
	"time"

	"leaks/leak"
)

type job struct{ id int }

type rule struct {
	name string
	next *rule
}

type worker struct {
	in   chan *job
	done map[int]time.Time
	buf  []byte
}

func (w *worker) run() {
	for j := range w.in {
		w.done[j.id%64] = time.Now()
	}
}

var rules = map[string]*rule{}

func main() {
	leak.Ballast(8)
	for i := range 300 {
		// Chains of ten, as parsers and routers have them: no list.
		var r *rule
		for k := range 10 {
			r = &rule{name: fmt.Sprint(i, ".", k), next: r}
		}
		rules[fmt.Sprint(i)] = r
	}
	in := make(chan *job, 64)
	for range 16 {
		go (&worker{in: in, done: map[int]time.Time{}, buf: make([]byte, 64<<10)}).run()
	}
	for i := range leak.N(20_000) {
		in <- &job{id: i}
	}
	leak.Dump()
}
