// Command closures registers a callback for each request, and the callback has
// captured the request's document.
package main

import "leaks/leak"

type Document struct{ text [64]uint64 }

var hooks []func()

func handle() {
	d := &Document{}
	hooks = append(hooks, func() { d.text[0]++ })
}

func main() {
	leak.Ballast(16)
	for range leak.N(10_000) {
		handle()
	}
	leak.Dump()
}
