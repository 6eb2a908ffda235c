// Package lang is what refgraph knows of each language runtime: one file and
// one [Language] value for each. A Language is data: words, colours, type names,
// how ids are written and read. It computes nothing about a heap.
//
// It is also the one place that makes words of a [graph.Root]: its sentence, the
// group in which equal roots merge, and its part of a fingerprint (roots.go).
//
//	w := lang.Of(g)
//	w.Root(r).String()  // goroutine 18 main.worker · s
//	w.Group(r).String() // goroutines main.worker · s
//	w.ID(n)             // 0xc000012340, @382711 in V8, #12 without addresses
package lang
