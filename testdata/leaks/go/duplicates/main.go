// Command duplicates keeps the same few words again and again.
package main

import (
	"strings"

	"leaks/leak"
)

type Index struct{ words []string }

var index = &Index{}

func main() {
	leak.Ballast(8)
	words := []string{"alpha alpha alpha alpha alpha alpha", "beta beta beta beta beta beta beta", "gamma gamma gamma gamma"}
	for i := range leak.N(60_000) {
		index.words = append(index.words, strings.Clone(words[i%3]))
	}
	leak.Dump()
}
