// Command btree keeps rows in a google/btree.
package main

import (
	"github.com/google/btree"

	"leaks/leak"
)

type Row struct {
	id   int
	data [20]uint64
}

type Table struct{ rows *btree.BTreeG[*Row] }

var table = &Table{rows: btree.NewG(16, func(a, b *Row) bool { return a.id < b.id })}

func main() {
	for i := range leak.N(20_000) {
		table.rows.ReplaceOrInsert(&Row{id: i})
	}
	leak.Dump()
}
