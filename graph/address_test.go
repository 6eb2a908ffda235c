package graph

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// naive is the index as a sorted array.
func checkIndex(t *testing.T, addrs []uint64) {
	t.Helper()
	x := NewAddressIndexer(3)
	for _, i := range rand.Perm(len(addrs)) {
		x.Add(addrs[i])
	}
	ix, err := x.Build()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(addrs)
	addrs = slices.Compact(addrs)
	if ix.Len() != len(addrs) {
		t.Fatalf("%d objects, want %d", ix.Len(), len(addrs))
	}
	for i, a := range addrs {
		if got := ix.Address(NodeID(i)); got != a {
			t.Fatalf("address of %d is 0x%x, want 0x%x", i, got, a)
		}
		if n, ok := ix.Lookup(a); !ok || n != NodeID(i) {
			t.Fatalf("0x%x is object %d, want %d", a, n, i)
		}
	}
	for range 20000 {
		a := addrs[rand.IntN(len(addrs))] + uint64(rand.Int64N(1<<14)) - 1<<13
		i, exact := slices.BinarySearch(addrs, a)
		if n, ok := ix.Lookup(a); ok != exact || ok && n != NodeID(i) {
			t.Fatalf("0x%x found: %v %d, want %v %d", a, ok, n, exact, i)
		}
		if !exact {
			i--
		}
		n, start, ok := ix.Floor(a)
		if ok != (i >= 0) || ok && (n != NodeID(i) || start != addrs[i]) {
			t.Fatalf("floor of 0x%x is %d 0x%x %v, want %d", a, n, start, ok, i)
		}
		after, ok := ix.After(a)
		if ok != (i+1 < len(addrs)) || ok && after != addrs[i+1] {
			t.Fatalf("after 0x%x comes 0x%x %v, want %v", a, after, ok, addrs[i+1:min(i+2, len(addrs))])
		}
	}
}

func TestAddressIndexDense(t *testing.T) {
	var addrs []uint64
	for range 200000 {
		addrs = append(addrs, 0xc000000000+8*uint64(rand.IntN(4<<20)))
	}
	addrs = append(addrs, 0xc123456780, 0xc223456780) // a hole of many regions
	checkIndex(t, addrs)
}

// TestAddressIndexRunOrder adds runs of all kinds, in order (which is done in
// parallel) and not, and expects what single addresses give.
func TestAddressIndexRunOrder(t *testing.T) {
	for _, ordered := range []bool{true, false} {
		var addrs []uint64
		runs, single := NewAddressIndexer(3), NewAddressIndexer(3)
		a := uint64(0xc000000000)
		for i := range 3000 {
			if !ordered && i == 1500 {
				a = 0xb000000000
			}
			stride, n := uint64(8*(1+rand.IntN(5000))), 1+rand.IntN(400)
			if i%1000 == 7 {
				stride = 10 << 20 // skips regions
			}
			var slots Bitset
			if i%3 == 0 {
				slots = NewBitset(n)
				for k := range n {
					if rand.IntN(4) == 0 {
						slots.Add(NodeID(k))
					}
				}
				runs.AddSlots(a, stride, n, slots)
			} else {
				runs.AddRun(a, stride, n)
			}
			for k := range n {
				if slots == nil || slots.Has(NodeID(k)) {
					single.Add(a)
					addrs = append(addrs, a)
				}
				a += stride
			}
		}
		x, err := runs.Build()
		if err != nil {
			t.Fatal(err)
		}
		y, err := single.Build()
		if err != nil {
			t.Fatal(err)
		}
		if x.Len() != len(addrs) || y.Len() != len(addrs) {
			t.Fatalf("ordered %v: %d and %d objects, want %d", ordered, x.Len(), y.Len(), len(addrs))
		}
		slices.Sort(addrs)
		for i, a := range addrs {
			if n, ok := x.Lookup(a); !ok || n != NodeID(i) {
				t.Fatalf("ordered %v: 0x%x is object %d, want %d", ordered, a, n, i)
			}
		}
	}
}

func TestAddressIndexSparse(t *testing.T) {
	var addrs []uint64
	for range 20000 {
		addrs = append(addrs, rand.Uint64()&^7)
	}
	checkIndex(t, addrs)
	checkIndex(t, []uint64{0, 1<<64 - 8})
	checkIndex(t, []uint64{8})
}

func TestAddressIndexRuns(t *testing.T) {
	x := NewAddressIndexer(3)
	x.AddRun(0x10000, 48, 1000)
	x.AddRun(0x8000, 8, 10)
	ix, err := x.Build()
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := ix.Lookup(0x10000 + 48*7); !ok || n != 17 {
		t.Errorf("got %d %v", n, ok)
	}
	if _, ok := ix.Lookup(0x10008); ok {
		t.Error("an interior address is not an object")
	}
}

func TestAddressIndexRefusesMisaligned(t *testing.T) {
	x := NewAddressIndexer(3)
	x.Add(0x1001)
	if _, err := x.Build(); !errors.Is(err, ErrMisaligned) {
		t.Errorf("got %v", err)
	}
	x = NewAddressIndexer(3)
	x.AddRun(1<<64-64, 64, 2)
	if _, err := x.Build(); err == nil {
		t.Error("a run past the end of the address space is accepted")
	}
}

func TestEmptyIndex(t *testing.T) {
	ix, err := NewAddressIndexer(3).Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := ix.Lookup(0); ok {
		t.Error("found")
	}
	if _, _, ok := ix.Floor(1 << 40); ok {
		t.Error("found")
	}
}
