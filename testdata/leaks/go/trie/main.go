// Command trie keeps sessions in a 16-way trie by their keys.
package main

import (
	"math/rand/v2"

	"leaks/leak"
)

type Session struct {
	Key  uint32
	Data [16]uint64
}

type trie struct {
	kids [16]*trie
	val  *Session
}

type Index struct{ root *trie }

var index = &Index{root: &trie{}}

func (x *Index) put(s *Session) {
	t := x.root
	for shift := 28; shift >= 12; shift -= 4 {
		k := s.Key >> shift & 15
		if t.kids[k] == nil {
			t.kids[k] = &trie{}
		}
		t = t.kids[k]
	}
	t.val = s
}

func main() {
	rng := rand.New(rand.NewPCG(3, 4))
	for range leak.N(10_000) {
		index.put(&Session{Key: rng.Uint32()})
	}
	leak.Dump()
}
