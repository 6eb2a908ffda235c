package graph

import (
	"sync"
	"unsafe"
)

// budget bounds what tables beside the objects may take.
type budget struct {
	mu     sync.Mutex
	charge func(n int) error
	full   error
}

// take asks for n bytes; false if there are no more. A nil budget has no bound.
func (b *budget) take(n int) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full == nil {
		b.full = b.charge(n)
	}
	return b.full == nil
}

func (b *budget) err() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.full
}

// rootCost is what a root takes, in bytes, with the room that a growing list has.
const rootCost = int(unsafe.Sizeof(Root{})) * 5 / 4

// SetBudget bounds the tables of types, names and roots, for readers that do not
// themselves count what a record will add to them: charge is asked for the bytes of
// each entry before it is kept. From its first error on no more are kept, and
// [Builder.Build] returns it. It is called before anything is registered.
func (b *Builder) SetBudget(charge func(n int) error) {
	b.budget = &budget{charge: charge}
	b.g.types.names.budget, b.g.strs.budget = b.budget, b.budget
}

// Full is the first error of the budget, for readers that stop there.
func (b *Builder) Full() error { return b.budget.err() }
