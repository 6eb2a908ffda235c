// Command parents has documents whose parts know their documents, so that one
// bookmark of a part keeps the whole document.
package main

import "leaks/leak"

type Document struct{ parts []*Part }

type Part struct {
	doc  *Document
	text [24]uint64
}

var bookmarks []*Part

func main() {
	leak.Ballast(8)
	for range leak.N(4_000) {
		d := &Document{}
		for range 5 {
			d.parts = append(d.parts, &Part{doc: d})
		}
		bookmarks = append(bookmarks, d.parts[0])
	}
	leak.Dump()
}
