// Command small is a small program: its leak is 60 KiB, and most of its heap.
package main

import (
	"strconv"

	"leaks/leak"
)

type Session struct{ data [20]uint64 }

var sessions = map[string]*Session{}

func main() {
	for i := range leak.N(300) {
		sessions["s"+strconv.Itoa(i)] = &Session{}
	}
	leak.Dump()
}
