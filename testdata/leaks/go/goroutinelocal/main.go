// Command goroutinelocal has one goroutine that remembers all it has seen.
package main

import "leaks/leak"

type sighting struct{ data [30]uint64 }

//go:noinline
func collect(n int, ready, quit chan struct{}) {
	seen := map[int]*sighting{}
	for i := range n {
		seen[i] = &sighting{}
	}
	close(ready)
	<-quit
	println(len(seen))
}

func main() {
	leak.Ballast(16)
	ready, quit := make(chan struct{}), make(chan struct{})
	go collect(leak.N(20_000), ready, quit)
	<-ready
	leak.Dump()
	close(quit)
}
