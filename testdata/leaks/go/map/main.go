// Command map keeps every session in a global map.
package main

import (
	"strconv"

	"leaks/leak"
)

type Session struct {
	User string
	Cart [24]uint64
}

var sessions = map[string]*Session{}

func main() {
	leak.Ballast(16)
	for i := range leak.N(20_000) {
		key := "s" + strconv.Itoa(i)
		sessions[key] = &Session{User: key}
	}
	leak.Dump()
}
