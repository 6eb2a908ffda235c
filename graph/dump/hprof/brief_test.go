package hprof

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBrief writes briefs of random records, of any addresses and with other records
// between them, and reads the same back.
func TestBrief(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	k := &kinds{}
	w := briefWriter{ids: 8}
	type written struct {
		kind  kind
		count uint32
		id    uint64
		pos   int64
	}
	var want []written
	pos := int64(100)
	for range 100_000 {
		r := record{pos: pos, id: rng.Uint64() >> rng.IntN(64), class: uint64(rng.IntN(50)), count: rng.Uint32() >> (8 + rng.IntN(24))}
		switch r.tag = []byte{subInstance, subObjects, subPrimitives, subNoData}[rng.IntN(4)]; r.tag {
		case subInstance:
			r.count &= 7
		case subPrimitives, subNoData:
			r.class, r.elem = 0, []byte{typeByte, typeLong, typeChar}[rng.IntN(3)]
		}
		if rng.IntN(2) == 0 {
			r.id &^= 7
		}
		x := kindOf(&r)
		i, err := k.number(x, tiny("1.0.2", 8).source())
		if err != nil {
			t.Fatal(err)
		}
		end := pos + x.length(8, r.count)
		w.add(k, i, &r, end)
		if r.tag == subInstance {
			r.count = 0 // in the kind
		}
		want = append(want, written{x, r.count, r.id, r.pos})
		if pos = end; rng.IntN(5) == 0 {
			pos += rng.Int64N(1000)
		}
	}
	w.flush(k)
	var got []written
	for _, b := range w.list {
		r := b.reader(8)
		for r.read() {
			got = append(got, written{k.list[r.kind], r.count, r.id, r.pos})
		}
	}
	if len(w.list) < 2 || !slices.Equal(got, want) {
		t.Errorf("%d briefs, %d objects of %d", len(w.list), len(got), len(want))
	}
}
