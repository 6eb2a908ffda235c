package python

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
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
	Paused  time.Duration // how long its main thread did nothing else
	Warning string        // what the user should know, may be empty
}

var (
	//go:embed prelude.py
	prelude string
	//go:embed epilogue.py
	epilogue string
	//go:embed finish.py
	finish string
)

var identifier = regexp.MustCompile(`\b[A-Za-z_][A-Za-z0-9_]*\b`)

// names is a line of Python with all names that are in the sources. From 3.13 on the
// interpreter keeps names forever: so they come to lie together.
func names(sources ...string) string {
	seen := map[string]bool{}
	for _, s := range sources {
		for _, name := range identifier.FindAllString(s, -1) {
			seen[name] = true
		}
	}
	return "_names = (\"" + strings.Join(slices.Sorted(maps.Keys(seen)), "\", \"") + "\")\n"
}

// sources are the Python programs that run in the process, or in its child: what
// comes before the dumper, the dumper, and what comes last.
func sources(pid int, values, child bool) [3]string {
	word := map[bool]string{true: "True", false: "False"}
	facts := fmt.Sprintf("_pid, _values, _in_child = %d, %s, %s\n", pid, word[values], word[child])
	if !child {
		facts = names(prelude, dump.Dumper, epilogue) + facts
	}
	return [3]string{facts + prelude, dump.Dumper + epilogue, finish}
}
