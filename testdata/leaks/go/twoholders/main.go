// Command twoholders has series in two indexes, so that clearing one frees
// nothing.
package main

import (
	"strconv"

	"leaks/leak"
)

type Series struct{ chunk [32]uint64 }

type Head struct {
	byRef  map[uint64]*Series
	byName map[string]*Series
}

var head = &Head{byRef: map[uint64]*Series{}, byName: map[string]*Series{}}

func main() {
	leak.Ballast(8)
	for i := range leak.N(20_000) {
		s := &Series{}
		head.byRef[uint64(i)] = s
		head.byName["series"+strconv.Itoa(i)] = s
	}
	leak.Dump()
}
