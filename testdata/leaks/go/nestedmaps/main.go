// Command nestedmaps counts per tenant and user and forgets neither.
package main

import (
	"strconv"

	"leaks/leak"
)

type Counter struct{ hits [16]uint64 }

type Metrics struct {
	byTenant map[string]map[string]*Counter
}

var metrics = &Metrics{byTenant: map[string]map[string]*Counter{}}

func main() {
	leak.Ballast(8)
	for t := range leak.N(200) {
		users := map[string]*Counter{}
		for u := range 100 {
			users["u"+strconv.Itoa(u)] = &Counter{}
		}
		metrics.byTenant["t"+strconv.Itoa(t)] = users
	}
	leak.Dump()
}
