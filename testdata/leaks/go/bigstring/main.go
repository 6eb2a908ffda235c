// Command bigstring builds a log in memory.
package main

import (
	"strings"

	"leaks/leak"
)

type Logger struct{ text string }

var logger = &Logger{}

func main() {
	leak.Ballast(4)
	logger.text = strings.Repeat("request served\n", leak.N(2_000_000))
	leak.Dump()
}
