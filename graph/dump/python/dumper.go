package python

import _ "embed"

// Dumper is the source of refgraph_dump.py, which takes the dumps that this
// package reads.
//
//go:embed refgraph_dump.py
var Dumper string
