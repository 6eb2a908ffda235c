// Command contexts derives a context for each request from that of the server,
// and never cancels one.
package main

import (
	"context"

	"leaks/leak"
)

type key struct{}

type Request struct{ body [32]uint64 }

var base, stop = context.WithCancel(context.Background())

func serve() {
	ctx := context.WithValue(base, key{}, &Request{})
	ctx, cancel := context.WithCancel(ctx)
	_, _ = ctx, cancel // nobody calls it: this is the leak
}

func main() {
	leak.Ballast(8)
	for range leak.N(10_000) {
		serve()
	}
	leak.Dump()
	stop()
}
