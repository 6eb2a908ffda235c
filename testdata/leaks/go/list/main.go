// Command list has a linked list of changes that nobody reads.
package main

import "leaks/leak"

type change struct {
	next *change
	data [20]uint64
}

var head, tail *change

func main() {
	leak.Ballast(16)
	for range leak.N(20_000) {
		c := &change{}
		if tail == nil {
			head = c
		} else {
			tail.next = c
		}
		tail = c
	}
	leak.Dump()
}
