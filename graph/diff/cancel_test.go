package diff

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph/cycle"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/suspect"
)

// Every analysis stops soon after it is cancelled, wherever it is. (This package
// imports all of them.)
func TestCancel(t *testing.T) {
	h, err := suspect.NewHeap(t.Context(), graphtest.Sessions(3_000_000))
	if err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]func(ctx context.Context) error{
		"suspects": func(ctx context.Context) error {
			_, err := suspect.Find(ctx, &suspect.Heap{Graph: h.Graph, Tree: h.Tree, Paths: h.Paths})
			return err
		},
		"cycles":   func(ctx context.Context) error { _, err := cycle.Find(ctx, h.Tree, nil); return err },
		"compare":  func(ctx context.Context) error { _, err := Compare(ctx, h.Tree, h.Tree); return err },
		"grow":     func(ctx context.Context) error { _, err := Grow(ctx, h.Tree, h.Tree, 60); return err },
		"added":    func(ctx context.Context) error { _, _, err := Added(ctx, h.Tree, h.Tree); return err },
		"branches": func(ctx context.Context) error { _, err := h.Tree.Branches(ctx, 0, nil); return err },
		"by type": func(ctx context.Context) error {
			_, err := h.Tree.Branches(ctx, 0, &dominator.BranchOptions{ByType: true})
			return err
		},
	} {
		for _, after := range []time.Duration{0, 3 * time.Millisecond, 30 * time.Millisecond} {
			if late := lateness(t, name, after, run); late > 200*time.Millisecond {
				t.Errorf("%s stopped %v late", name, late)
			}
		}
	}
}

// lateness is how long an analysis runs on after it is cancelled: the best of a
// few tries, for on a busy machine others have the cores now and then.
func lateness(t *testing.T, name string, after time.Duration, run func(ctx context.Context) error) time.Duration {
	best := time.Hour
	for try := 0; try < 8 && best > 200*time.Millisecond; try++ {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		start := time.Now()
		err := run(ctx)
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) || after == 0 && err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			return 0 // it was done before
		}
		best = min(best, time.Since(start)-after)
	}
	return best
}
