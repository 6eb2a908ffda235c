// Command goroutines has goroutines that wait for a reader that went away.
package main

import "leaks/leak"

type Result struct{ data [64]uint64 }

func fetch(out chan<- *Result) {
	r := &Result{}
	r.data[0] = 1
	out <- r
}

func main() {
	leak.Ballast(16)
	for range leak.N(2_000) {
		go fetch(make(chan *Result))
	}
	leak.Dump()
}
