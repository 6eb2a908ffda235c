// Command timers starts a timeout for each request and never stops it.
package main

import (
	"time"

	"leaks/leak"
)

type Request struct{ body [64]uint64 }

func (r *Request) expire() { r.body[0]++ }

func serve() {
	r := &Request{}
	time.AfterFunc(24*time.Hour, r.expire)
}

func main() {
	leak.Ballast(8)
	for range leak.N(10_000) {
		serve()
	}
	leak.Dump()
}
