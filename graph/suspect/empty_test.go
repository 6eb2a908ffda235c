package suspect

import (
	"context"
	"errors"
	"testing"

	"github.com/refgraph/refgraph/graph/graphtest"
)

func TestEmptyAndCancelled(t *testing.T) {
	h := heap(t, &picture{})
	if list := findAll(t, h); len(list) > 0 {
		t.Errorf("suspects in an empty heap:\n%s", show(list))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewHeap(ctx, h.Graph); !errors.Is(err, context.Canceled) {
		t.Errorf("not cancelled: %v", err)
	}
	if _, err := Find(ctx, h); !errors.Is(err, context.Canceled) {
		t.Errorf("not cancelled: %v", err)
	}
}

func BenchmarkFind(b *testing.B) {
	g := graphtest.Sessions(2_000_000)
	for b.Loop() {
		h, err := NewHeap(b.Context(), g)
		if err != nil {
			b.Fatal(err)
		}
		if list := findAll(b, h); len(list) == 0 {
			b.Fatal("nothing found")
		}
	}
}
