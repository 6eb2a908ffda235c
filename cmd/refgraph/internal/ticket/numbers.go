package ticket

import "github.com/refgraph/refgraph/render/view"

// count writes a number as pictures do.
func count(n int) string { return view.Count(n) }

// size writes bytes as pictures do.
func size(n uint64) string { return view.Bytes(n) }
