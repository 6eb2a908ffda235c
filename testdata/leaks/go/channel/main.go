// Command channel has a large buffered channel that its consumer left.
package main

import "leaks/leak"

type Job struct{ data [32]uint64 }

type Pool struct{ jobs chan *Job }

var pool = &Pool{jobs: make(chan *Job, leak.N(20_000))}

func main() {
	leak.Ballast(16)
	for range leak.N(20_000) {
		pool.jobs <- &Job{}
	}
	leak.Dump()
}
