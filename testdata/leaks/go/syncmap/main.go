// Command syncmap keeps sessions in a sync.Map.
package main

import (
	"strconv"
	"sync"

	"leaks/leak"
)

type Session struct {
	User string
	Cart [24]uint64
}

var sessions sync.Map

func main() {
	for i := range leak.N(20_000) {
		key := "s" + strconv.Itoa(i)
		sessions.Store(key, &Session{User: key})
	}
	leak.Dump()
}
