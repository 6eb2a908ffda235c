package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph/ask"
)

// byKernel is who counts resident memory as everybody expects.
const byKernel = "by the kernel"

// Outside says in lines what the process held that is not in the dump, and what
// tells of it if that is most; none where nothing is known of the process.
func Outside(p *ask.Process) []string {
	if p == nil {
		return nil
	}
	var parts []string
	add := func(bytes uint64, what string) {
		if bytes > 0 {
			parts = append(parts, Bytes(bytes)+" "+what)
		}
	}
	add(p.NativeBytes, p.NativeName)
	for _, part := range p.Parts {
		add(part.Bytes, part.Name)
	}
	lines := []string{fmt.Sprintf("the dump explains %s of the %s that the process has in memory (%s)", Bytes(p.ExplainedBytes), Bytes(p.ResidentBytes), Percent(p.ExplainedShare))}
	if p.Counted != byKernel {
		lines[0] += ", counted " + p.Counted
	}
	if p.PeakBytes > p.ResidentBytes {
		lines[0] += fmt.Sprintf("; it was %s at most", Bytes(p.PeakBytes))
	}
	if len(parts) > 0 {
		lines = append(lines, "the rest is "+strings.Join(parts, ", "))
	}
	if p.Next != "" {
		lines = append(lines, "what native memory is for: "+p.Next)
	}
	return lines
}
