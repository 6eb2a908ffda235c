package python

import (
	_ "embed"
	"fmt"
	"time"

	dump "github.com/refgraph/refgraph/graph/dump/python"
)

// Options say how a dump is taken. The zero value is the default.
type Options struct {
	Values  bool          // also texts, numbers and keys
	NoFork  bool          // in the process itself, which pauses for as long as the dump takes
	Timeout time.Duration // 0: ten minutes
}

// Result says how a dump was taken.
type Result struct {
	Method  string // in words
	Python  string // "3.11"
	Forked  bool
	Warning string // what the user should know, may be empty
}

var (
	//go:embed prelude.py
	prelude string
	//go:embed epilogue.py
	epilogue string
	//go:embed finish.py
	finish string
)

// sources are the Python programs that run in the process, or in its child: what
// comes before the dumper, the dumper, and what comes last.
func sources(pid int, values, child bool) [3]string {
	word := map[bool]string{true: "True", false: "False"}
	facts := fmt.Sprintf("_pid, _values, _in_child = %d, %s, %s\n", pid, word[values], word[child])
	return [3]string{facts + prelude, dump.Dumper + epilogue, finish}
}
