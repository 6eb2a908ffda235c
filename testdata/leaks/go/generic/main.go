// Command generic has a cache of a generic type.
package main

import "leaks/leak"

type User struct{ data [30]uint64 }

type Cache[K comparable, V any] struct{ items map[K]V }

func (c *Cache[K, V]) Put(k K, v V) { c.items[k] = v }

var users = &Cache[int, *User]{items: map[int]*User{}}

func main() {
	leak.Ballast(8)
	for i := range leak.N(20_000) {
		users.Put(i, &User{})
	}
	leak.Dump()
}
