package store

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// Get returns a result about a graph, which it has computed only if it is not
// known. compute is called with a context that is not the caller's. The error is
// compute's, or that of the context of the caller; a caller is the last to leave
// only when the computation has ended, so that nobody reads a graph any more of
// which all callers are gone.
func Get[T any](ctx context.Context, g *graph.Graph, key Key[T], compute func(ctx context.Context) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	s := Of(g)
	v, f := s.join(key.Name, func(ctx context.Context, index Index) (any, error) {
		if index != nil && key.Load != nil && !key.Private {
			if get, ok := index(ctx, key.Name); ok {
				if t, err := key.Load(get); err == nil {
					return t, nil
				}
			}
		}
		return compute(ctx)
	}, key.Private)
	if f != nil {
		var err error
		if v, err = s.wait(ctx, key.Name, f); err != nil {
			return none, err
		}
	}
	t, ok := v.(T)
	if !ok {
		return none, fmt.Errorf("store: two results are named %q: %T and %T", key.Name, v, none)
	}
	return t, nil
}

// join returns a result, or the flight that computes it, which it starts if there
// is none.
func (s *Store) join(key string, compute func(context.Context, Index) (any, error), private bool) (any, *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	if e, ok := s.results[key]; ok {
		e.used = s.clock
		return e.value, nil
	}
	f, ok := s.flights[key]
	if !ok {
		f = &flight{done: make(chan struct{})}
		var ctx context.Context
		ctx, f.cancel = context.WithCancel(s.ctx)
		s.flights[key] = f
		go s.fly(ctx, key, f, s.index, compute, private)
	}
	f.waiting++
	return nil, f
}

// fly computes a result and keeps it.
func (s *Store) fly(ctx context.Context, key string, f *flight, index Index, compute func(context.Context, Index) (any, error), private bool) {
	defer close(f.done)
	defer f.cancel()
	f.value, f.err = compute(ctx, index)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[key] == f { // and was not left by all
		delete(s.flights, key)
	}
	if f.err == nil {
		s.keep(key, f.value, private)
	}
}

// keep remembers a result and forgets others if there are too many.
func (s *Store) keep(key string, value any, private bool) {
	e := &entry{value: value, used: s.clock, private: private}
	if k, ok := value.(Keeper); ok {
		for _, parts := range k.Columns() {
			for _, p := range parts {
				e.bytes += int64(len(p))
			}
		}
	}
	if old := s.results[key]; old != nil {
		s.bytes -= old.bytes
	}
	s.results[key] = e
	s.bytes += e.bytes
	s.evict(s.policy.MaxBytes)
}

// wait waits for a flight. Who leaves it last ends it, and waits until it has
// ended.
func (s *Store) wait(ctx context.Context, key string, f *flight) (any, error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
	}
	s.mu.Lock()
	f.waiting--
	last := f.waiting == 0
	if last {
		f.cancel()
		if s.flights[key] == f {
			delete(s.flights, key) // who asks from now on starts anew
		}
	}
	s.mu.Unlock()
	if last {
		<-f.done
	}
	return nil, ctx.Err()
}
