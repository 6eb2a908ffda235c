package dump

import (
	"sync"

	"github.com/refgraph/refgraph/graph"
)

// fault keeps the first error of a Detailer, whose methods have none.
type fault struct {
	mu  sync.Mutex
	err error
}

func (f *fault) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// Err returns a *ChangedError if something that was shown could not be read, since
// the dump was cut after it was opened. It can be asked after Close.
func (d *Dump) Err() error {
	if d.keep != nil {
		if again := d.keep.opened(); again != nil {
			return again.Err()
		}
	}
	d.fault.mu.Lock()
	defer d.fault.mu.Unlock()
	return d.fault.err
}

// guarded is a reader's Detailer that outlives the dump's being cut.
type guarded struct {
	graph.Detailer
	d *Dump
}

func (d *Dump) guard(real graph.Detailer) graph.Detailer { return &guarded{real, d} }

// Unwrap returns the reader's own Detailer.
func (g *guarded) Unwrap() graph.Detailer { return g.Detailer }

func (g *guarded) do(ask func()) {
	err := g.d.src.Guard(func() error {
		ask()
		return nil
	})
	if err != nil {
		g.d.fault.set(err)
	}
}

// ContentHash implements graph.Hasher, for readers that do.
func (g *guarded) ContentHash(n graph.NodeID) (hash uint64, ok bool) {
	if h, is := g.Detailer.(graph.Hasher); is {
		g.do(func() { hash, ok = h.ContentHash(n) })
	}
	return hash, ok
}

// RefName implements graph.Detailer.
func (g *guarded) RefName(n graph.NodeID, i int, values bool) (name string) {
	g.do(func() { name = g.Detailer.RefName(n, i, values) })
	return name
}

// Fields implements graph.Detailer.
func (g *guarded) Fields(n graph.NodeID, values bool, limit int) (fields []graph.Field, total int) {
	g.do(func() { fields, total = g.Detailer.Fields(n, values, limit) })
	return fields, total
}

// Describe implements graph.Detailer.
func (g *guarded) Describe(n graph.NodeID, values bool) (note string) {
	g.do(func() { note = g.Detailer.Describe(n, values) })
	return note
}
