// Command emptymaps makes a map with room for each connection, and puts nothing in.
package main

import "leaks/leak"

type Conn struct {
	id      int
	headers map[string]string
}

var conns []*Conn

func main() {
	leak.Ballast(8)
	for i := range leak.N(5_000) {
		conns = append(conns, &Conn{id: i, headers: make(map[string]string, 64)})
	}
	leak.Dump()
}
