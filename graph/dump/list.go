package dump

import "github.com/refgraph/refgraph/graph/dump/goheap"

// Formats lists the known formats in the order in which they are tried.
func Formats() []Format {
	return []Format{
		{
			Name:    "go-heapdump",
			Title:   "Go heap dump (runtime/debug.WriteHeapDump)",
			Capture: "debug.WriteHeapDump(f.Fd()) in the program; a core file is safer on a busy server",
			Match:   goheap.Match,
			Read:    goheap.Read,
		},
	}
}
