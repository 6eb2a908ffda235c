package gocore

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// totals are the live objects and bytes, by how their types are known.
type totals struct {
	objects int
	bytes   [4]uint64 // by graph.TypeSource
}

func (t *totals) sum() uint64 { return t.bytes[0] + t.bytes[1] + t.bytes[2] + t.bytes[3] }

func (m *marker) totals() (t totals) {
	for n := range m.Seen.All() {
		t.objects++
		t.bytes[m.Graph.TypeSource(n)&3] += m.Graph.Size(n)
	}
	return t
}

// facts adds what info prints to check the reading by: the objects that are
// allocated are those that are live and those that are not.
func (p *process) facts(b *graph.Builder, m *marker, live, total int) {
	h, t := p.heap, m.totals()
	add := func(name, format string, args ...any) {
		b.Info().Facts = append(b.Info().Facts, graph.Fact{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	b.Info().Process = p.held()
	add("executable", "%s", p.exe.Path)
	add("machine", "%s", p.core.arch.name)
	add("threads", "%d", len(p.core.notes.threads))
	add("goroutines", "%d, and %d dead", live, total-live)
	add("garbage collection", "%s", p.phase())
	add("spans", "%d in use, %d bytes", len(h.spans), h.inUse)
	add("allocated", "%d objects, %d bytes", h.n, h.bytes)
	add("live", "%d objects, %d bytes", t.objects, t.sum())
	add("unreached", "%d objects, %d bytes", h.n-t.objects, h.bytes-t.sum())
}

func (p *process) warnings(b *graph.Builder, s *scanner) {
	if n := s.lost.Load(); n > 0 {
		b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("the contents of %d objects are not in the core", n),
			Effect: "what only they hold is shown as unreachable"})
	}
	if n := p.badTypes.Load(); n > 0 {
		b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("the types of %d objects could not be read", n),
			Effect: "their references are missing"})
	}
}
