package gocore

import (
	"cmp"
	"debug/elf"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// held is what the core's headers say of the process's memory: its writable
// segments, of which those with spans of the heap are the collector's, and all
// others are native.
func (p *process) held() (out graph.Process) {
	spans := p.heap.spans // in address order
	var arenas uint64
	for _, s := range p.core.progs {
		if elf.ProgFlag(s.Flags)&elf.PF_W == 0 || s.Filesz == 0 {
			continue
		}
		out.Resident += s.Filesz
		i, _ := slices.BinarySearchFunc(spans, s.Vaddr, func(x span, a uint64) int { return cmp.Compare(x.base+x.size, a+1) })
		if i < len(spans) && spans[i].base < s.Vaddr+s.Memsz {
			arenas += s.Filesz
		}
	}
	out.Rest = "outside of the Go heap: C code, memory that the program mapped, the runtime's own"
	out.Counted = "as the size of the core's writable segments: pages that were swapped out or never touched count too, so the process may have had less in memory"
	out.Add("room and garbage in spans", p.heap.inUse-min(p.heap.inUse, p.heap.bytes))
	out.Add("free spans and stacks of the heap", arenas-min(arenas, p.heap.inUse))
	return out
}
