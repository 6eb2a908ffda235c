// Package inner has the name of another package of the program.
package inner

// Twin has the name of a type of the other package.
type Twin struct{ B int }
