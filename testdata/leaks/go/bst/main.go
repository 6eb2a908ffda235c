// Command bst keeps orders in a binary search tree.
package main

import (
	"math/rand/v2"

	"leaks/leak"
)

type Order struct {
	ID    uint64
	Lines [20]uint64
}

type node struct {
	left, right *node
	val         *Order
}

var tree *node

func insert(t *node, o *Order) *node {
	switch {
	case t == nil:
		return &node{val: o}
	case o.ID < t.val.ID:
		t.left = insert(t.left, o)
	default:
		t.right = insert(t.right, o)
	}
	return t
}

func main() {
	rng := rand.New(rand.NewPCG(1, 2))
	for range leak.N(20_000) {
		tree = insert(tree, &Order{ID: rng.Uint64()})
	}
	leak.Dump()
}
