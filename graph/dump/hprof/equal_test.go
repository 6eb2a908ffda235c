package hprof

import (
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// TestContentHash compares all strings of the small dumps: two have one hash if they
// have one text, and the user's name of a session is in the map as a key of its own.
func TestContentHash(t *testing.T) {
	for _, path := range []string{small17, small25} {
		g := open(t, path)
		hasher, ok := graph.HasherOf(g)
		if !ok {
			t.Fatal("no contents")
		}
		texts, hashes, copies := map[string]uint64{}, map[uint64]string{}, 0
		str, _ := g.Types().Find(javaLangString)
		for n := range graph.NodeID(g.Len()) {
			if g.Type(n) != str {
				continue
			}
			text := g.Detail().Describe(n, true)
			hash, ok := hasher.ContentHash(n)
			if !ok || len(text) > longestText/2 {
				continue
			}
			if h, known := texts[text]; known {
				copies++
				if h != hash {
					t.Errorf("%s: two hashes of %s", path, text)
				}
			}
			if other, known := hashes[hash]; known && other != text {
				t.Errorf("%s: one hash of %s and %s", path, text, other)
			}
			texts[text], hashes[hash] = hash, text
		}
		if _, ok := texts[`"user-7"`]; !ok || copies < 30 {
			t.Errorf("%s: %d texts, %d copies", path, len(texts), copies)
		}
	}
}

func TestDecodeText(t *testing.T) {
	all := textParts{count: 1 << 40}
	for want, o := range map[string]object{
		"é":  {elem: typeByte, body: []byte{0xe9}},
		"лł": {elem: typeChar, body: []byte{0x04, 0x3b, 0x01, 0x42}},
	} {
		if got := decodeText(&o, all); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	wide := all
	wide.coder = 1
	if got := decodeText(&object{elem: typeByte, body: []byte{0x3b, 0x04, 0x42, 0x01}}, wide); got != "лł" {
		t.Errorf("UTF-16 in bytes: %q", got)
	}
	if got := decodeText(&object{elem: typeChar, body: []byte{0, 'a', 0, 'b', 0, 'c'}}, textParts{offset: 1, count: 1}); got != "b" {
		t.Errorf("a part: %q", got)
	}
}
