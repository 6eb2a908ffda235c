package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/store"
)

// number is a result that can be kept.
type number struct{ v uint64 }

func (k *number) Columns() graph.Columns { return graph.Columns{"v": {graph.Pack([]uint64{k.v})}} }

func load(get func(string) []byte) (*number, error) {
	v, err := graph.Unpack[uint64](get("v"))
	if err != nil || len(v) != 1 {
		return nil, graph.ErrColumns
	}
	return &number{v[0]}, nil
}

var key = store.Key[*number]{Name: "k", Load: load}

func TestComputedOnce(t *testing.T) {
	g := graphtest.HeldList(3)
	var computed atomic.Int32
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			k, err := store.Get(t.Context(), g, key, func(context.Context) (*number, error) {
				computed.Add(1)
				time.Sleep(time.Millisecond)
				return &number{7}, nil
			})
			if err != nil || k.v != 7 {
				t.Errorf("%v %v", k, err)
			}
		})
	}
	wait.Wait()
	if computed.Load() != 1 {
		t.Errorf("computed %d times", computed.Load())
	}
}

func TestErrorIsNotKept(t *testing.T) {
	g := graphtest.HeldList(3)
	wrong := errors.New("wrong")
	if _, err := store.Get(t.Context(), g, key, func(context.Context) (*number, error) { return nil, wrong }); err != wrong {
		t.Errorf("got %v", err)
	}
	if k, err := store.Get(t.Context(), g, key, func(context.Context) (*number, error) { return &number{3}, nil }); err != nil || k.v != 3 {
		t.Errorf("%v %v after an error", k, err)
	}
}

// TestWhoLeavesHarmsNobody has the caller that started a computation leave it.
func TestWhoLeavesHarmsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := graphtest.HeldList(3)
		compute := func(ctx context.Context) (*number, error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Minute):
				return &number{7}, nil
			}
		}
		first, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := store.Get(first, g, key, compute)
			left <- err
		}()
		synctest.Wait()
		stayed := make(chan *number)
		go func() {
			k, err := store.Get(t.Context(), g, key, compute)
			if err != nil {
				t.Errorf("who stayed: %v", err)
			}
			stayed <- k
		}()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		if k := <-stayed; k == nil || k.v != 7 {
			t.Errorf("who stayed got %v", k)
		}
	})
}

// TestLastToLeaveEndsIt sees that nothing runs when all have left, and that the
// next caller gets a result.
func TestLastToLeaveEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := graphtest.HeldList(3)
		var running atomic.Int32
		compute := func(ctx context.Context) (*number, error) {
			running.Add(1)
			defer running.Add(-1)
			<-ctx.Done()
			time.Sleep(time.Second) // it does not end at once
			return nil, ctx.Err()
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		for range 2 {
			go func() {
				_, err := store.Get(ctx, g, key, compute)
				done <- err
			}()
		}
		synctest.Wait()
		cancel()
		for range 2 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		if running.Load() != 0 {
			t.Error("it runs on when all have left")
		}
		if k, err := store.Get(t.Context(), g, key, func(context.Context) (*number, error) { return &number{5}, nil }); err != nil || k.v != 5 {
			t.Errorf("the next caller got %v %v", k, err)
		}
	})
}

func TestStoreContextEndsComputations(t *testing.T) {
	g := graphtest.HeldList(3)
	ctx, cancel := context.WithCancel(t.Context())
	store.Of(g).SetContext(ctx)
	_, err := store.Get(t.Context(), g, key, func(ctx context.Context) (*number, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestIndex(t *testing.T) {
	for _, c := range []struct {
		column  []byte
		private bool
		want    uint64
	}{{graph.Pack([]uint64{9}), false, 9}, {[]byte("bad"), false, 7}, {graph.Pack([]uint64{9}), true, 7}} {
		g := graphtest.HeldList(3)
		store.Of(g).SetIndex(func(_ context.Context, name string) (func(string) []byte, bool) {
			return func(string) []byte { return c.column }, name == "k"
		})
		k := key
		k.Private = c.private
		if n, err := store.Get(t.Context(), g, k, func(context.Context) (*number, error) { return &number{7}, nil }); err != nil || n.v != c.want {
			t.Errorf("index %q, private %v: %v %v", c.column, c.private, n, err)
		}
	}
}

func TestKeptAndEvicted(t *testing.T) {
	g := graphtest.HeldList(3)
	s := store.Of(g)
	ask := func(name string, private bool) (computed bool) {
		t.Helper()
		k := store.Key[*number]{Name: name, Load: load, Private: private}
		if _, err := store.Get(t.Context(), g, k, func(context.Context) (*number, error) { computed = true; return &number{1}, nil }); err != nil {
			t.Fatal(err)
		}
		return computed
	}
	kept := func() (names string) {
		for _, name := range []string{"a", "b", "secret"} {
			s.Kept(func(key string, _ store.Keeper) {
				if key == name {
					names += name
				}
			})
		}
		return names
	}
	for _, name := range []string{"a", "b"} {
		if !ask(name, false) || ask(name, false) {
			t.Errorf("%s was not computed once", name)
		}
	}
	ask("secret", true)
	if got := kept(); got != "ab" {
		t.Errorf("the index gets %q", got)
	}
	if s.Bytes() != 24 {
		t.Errorf("%d bytes, want 24", s.Bytes())
	}
	ask("a", false)
	s.SetPolicy(store.Policy{MaxBytes: 16}) // b was not used longest
	if got := kept(); got != "a" {
		t.Errorf("after eviction the index gets %q", got)
	}
	if !ask("b", false) || ask("b", false) {
		t.Error("what was evicted is not computed again, once")
	}
	s.Evict(0)
	if !ask("b", false) || s.Bytes() != 8 {
		t.Errorf("after all was evicted there are %d bytes", s.Bytes())
	}
	s.SetPolicy(store.Policy{NoIndex: true})
	if got := kept(); got != "" {
		t.Errorf("without an index it gets %q", got)
	}
}

func TestOneNameOneType(t *testing.T) {
	g := graphtest.HeldList(3)
	if _, err := store.Get(t.Context(), g, key, func(context.Context) (*number, error) { return &number{1}, nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(t.Context(), g, store.Key[int]{Name: "k"}, func(context.Context) (int, error) { return 1, nil }); err == nil {
		t.Error("one name has results of two types")
	}
}
