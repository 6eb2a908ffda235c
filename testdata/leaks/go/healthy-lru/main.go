// Command healthy-lru has a full LRU cache (list and map) and a map with a limit: the
// twins of lru and map, which apply no bound.
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
	maxEntries int
	lru        *list.List
	idx        map[string]*list.Element
}

func (c *Cache) add(key string, p *Page) {
	c.idx[key] = c.lru.PushFront(&entry{key, p})
	if c.lru.Len() > c.maxEntries {
		last := c.lru.Back()
		c.lru.Remove(last)
		delete(c.idx, last.Value.(*entry).key)
	}
}

type Sessions struct {
	Limit int
	byID  map[int]*Page
}

var (
	cache    = &Cache{maxEntries: 5000, lru: list.New(), idx: map[string]*list.Element{}}
	sessions = &Sessions{Limit: 4000, byID: map[int]*Page{}}
)

func main() {
	leak.Ballast(16)
	for i := range leak.N(20_000) {
		cache.add("k"+strconv.Itoa(i), &Page{})
		if len(sessions.byID) < sessions.Limit {
			sessions.byID[i] = &Page{}
		}
	}
	leak.Dump()
}
