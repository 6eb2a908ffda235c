// Package memlimit tells how much memory this process may take: by its resource
// limits, by the cgroups that it is in, and by what the machine has free.
package memlimit

import (
	"fmt"
	"math"
)

// Limit is the least of what bounds a process's memory.
type Limit struct {
	Bytes int64  // of the whole process
	Why   string // what sets it: "the memory limit of its cgroup"
}

// None is the limit of a process that nothing is known of.
var None = Limit{Bytes: math.MaxInt64, Why: "no limit"}

// Find returns the limit of this process. mapped is how many bytes of files it is
// going to map, which count against the limit of its address space alone.
func Find(mapped int64) Limit { return find("/", mapped) }

// Set returns the limit that was set for this process from outside (ulimit, a
// cgroup); None if there is none.
func Set() Limit { return set("/") }

// least returns the lower one; a limit that is not known is 0.
func (l Limit) least(bytes int64, why string, args ...any) Limit {
	if bytes > 0 && bytes < l.Bytes {
		return Limit{bytes, fmt.Sprintf(why, args...)}
	}
	return l
}
