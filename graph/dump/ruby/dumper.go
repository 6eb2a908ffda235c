package ruby

import _ "embed"

// Dumper is refgraph_dump.rb, the module with which a program dumps its heap when it
// gets a signal.
//
//go:embed refgraph_dump.rb
var Dumper string
