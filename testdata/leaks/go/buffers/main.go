// Command buffers keeps the read buffer of each connection that is closed.
package main

import "leaks/leak"

type Stats struct{ bufs [][]byte }

var stats = &Stats{}

func main() {
	leak.Ballast(8)
	for range leak.N(5_000) {
		stats.bufs = append(stats.bufs, make([]byte, 8<<10))
	}
	leak.Dump()
}
