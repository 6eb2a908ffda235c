// Package inner has types of another package, generic ones too.
package inner

// Pair is generic.
type Pair[A, B any] struct {
	First  A
	Second B
}

// Key is a comparable struct with a pointer.
type Key struct {
	Name string
	id   *int
}

// Base is embedded by others.
type Base struct {
	Keys []Key
	up   *Base
}

// Default is a variable of another package.
var Default = New(&Base{Keys: []Key{{Name: "k"}}})

// New is a generic function.
//
//go:noinline
func New[T any](v T) *Pair[T, Key] { return &Pair[T, Key]{First: v} }

// Twin has the name of a type of another package of this name.
type Twin struct{ A int }
