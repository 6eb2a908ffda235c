// Command substrings keeps ten bytes of each page, and with them the page.
package main

import (
	"strings"

	"leaks/leak"
)

type Crawler struct{ titles []string }

var crawler = &Crawler{}

func main() {
	leak.Ballast(8)
	for range leak.N(4_000) {
		page := strings.Repeat("x", 8<<10)
		crawler.titles = append(crawler.titles, page[100:110])
	}
	leak.Dump()
}
