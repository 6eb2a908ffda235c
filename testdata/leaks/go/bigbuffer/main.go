// Command bigbuffer keeps the one large upload that came last.
package main

import "leaks/leak"

type Upload struct {
	name string
	body []byte
}

var last *Upload

func main() {
	leak.Ballast(4)
	last = &Upload{name: "video.bin", body: make([]byte, leak.N(40<<20))}
	leak.Dump()
}
