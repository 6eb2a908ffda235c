// Package store keeps results about a graph with it: each is computed once,
// whoever asks, and can be kept in the dump's index.
//
// An analysis names its result by a [Key] and asks [Get] for it. Get returns the
// result that is kept, or else one made of what the index has, or else has it
// computed. Many may ask at once: the first starts the computation, all wait for
// it. A caller whose context ends leaves; the computation runs on a context of
// the store, and ends early only when all who wait have left, or the store's own
// context ends.
//
// The store of a graph is made when it is first asked for. Who owns the graph
// may give it a context and a [Policy].
package store

import (
	"context"
	"sync"

	"github.com/refgraph/refgraph/graph"
)

// Key names a result and says how it is made again of kept columns.
type Key[T any] struct {
	// Name is unique among all results about a graph; it becomes part of a
	// file's name.
	Name string
	// Load makes the result of the columns that it was kept as; nil for results
	// that are not kept in the index.
	Load func(get func(column string) []byte) (T, error)
	// Private results are never written to the index: they hold heap values.
	Private bool
}

// Keeper is a result that can be kept in the index.
type Keeper interface{ Columns() graph.Columns }

// Index opens the columns of a result that was kept for this graph; ok is false
// if there are none, or they are damaged.
type Index func(ctx context.Context, key string) (get func(column string) []byte, ok bool)

// Policy says what a store keeps. The zero value keeps all results in memory and
// writes all that can be kept to the index.
type Policy struct {
	// MaxBytes is how much memory results may take, as far as they tell by being
	// a [Keeper]; 0 is any. What was not asked for longest goes first. A result
	// that is in use lives on until it is not.
	MaxBytes int64
	// NoIndex has nothing written to the index. What is there is still used.
	NoIndex bool
}

// Store holds the results about one graph. It is safe for concurrent use.
type Store struct {
	mu      sync.Mutex
	ctx     context.Context
	policy  Policy
	index   Index
	results map[string]*entry
	flights map[string]*flight
	clock   int64 // rises with each use
	bytes   int64 // of all results
}

// entry is a result that is kept.
type entry struct {
	value   any
	bytes   int64
	used    int64
	private bool
}

// flight is a computation that is running.
type flight struct {
	done    chan struct{} // closed at its end
	value   any
	err     error
	cancel  context.CancelFunc
	waiting int
}

// Of returns the store of a graph.
func Of(g *graph.Graph) *Store {
	return g.Companion("store", func() any {
		return &Store{ctx: context.Background(), results: map[string]*entry{}, flights: map[string]*flight{}}
	}).(*Store)
}

// SetContext has computations run on a context: when it ends they do. Those that
// run already are not affected.
func (s *Store) SetContext(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ctx = ctx
}

// SetPolicy changes what the store keeps, from now on.
func (s *Store) SetPolicy(p Policy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.policy = p
	s.evict(p.MaxBytes)
}

// SetIndex says where results about the graph are kept.
func (s *Store) SetIndex(x Index) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index = x
}

// Kept calls do with the results that are to be written to the index, in no
// order.
func (s *Store) Kept(do func(key string, k Keeper)) {
	for key, k := range s.keepers() {
		do(key, k)
	}
}

func (s *Store) keepers() map[string]Keeper {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Keeper{}
	if s.policy.NoIndex {
		return out
	}
	for key, e := range s.results {
		if k, ok := e.value.(Keeper); ok && !e.private {
			out[key] = k
		}
	}
	return out
}

// Bytes is how much memory the results take, as far as they tell.
func (s *Store) Bytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Evict forgets the results that were not asked for longest until the rest take
// no more than so many bytes; 0 forgets all.
func (s *Store) Evict(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bytes == 0 {
		clear(s.results)
		s.bytes = 0
		return
	}
	s.evict(bytes)
}

// evict forgets results above a number of bytes, if that is not 0.
func (s *Store) evict(most int64) {
	for most > 0 && s.bytes > most {
		oldest := ""
		for key, e := range s.results {
			if e.bytes > 0 && (oldest == "" || e.used < s.results[oldest].used) {
				oldest = key
			}
		}
		s.bytes -= s.results[oldest].bytes
		delete(s.results, oldest)
	}
}
