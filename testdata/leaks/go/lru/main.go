// Command lru has a cache with a list and a map whose bound is never applied.
package main

import (
	"container/list"
	"strconv"

	"leaks/leak"
)

type Page struct{ data [32]uint64 }

type entry struct {
	key string
	p   *Page
}

type Cache struct {
	lru *list.List
	idx map[string]*list.Element
}

var cache = &Cache{lru: list.New(), idx: map[string]*list.Element{}}

func main() {
	leak.Ballast(16)
	for i := range leak.N(20_000) {
		e := &entry{key: "k" + strconv.Itoa(i), p: &Page{}}
		cache.idx[e.key] = cache.lru.PushFront(e)
	}
	leak.Dump()
}
