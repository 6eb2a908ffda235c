package gocore

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// facts adds what info prints to check the reading by: the objects that are
// allocated are those that are live and those that are not.
func (p *process) facts(b *graph.Builder, m *marker, live, total int) {
	h := p.heap
	add := func(name, format string, args ...any) {
		b.Info().Facts = append(b.Info().Facts, graph.Fact{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	add("executable", "%s", p.exe.Path)
	add("machine", "%s", p.core.arch.name)
	add("threads", "%d", len(p.core.notes.threads))
	add("goroutines", "%d", live)
	add("dead goroutines", "%d", total-live)
	add("spans", "%d in use, %d bytes", len(h.spans), h.inUse)
	add("allocated", "%d objects, %d bytes", h.n, h.bytes)
	add("live", "%d objects, %d bytes", m.n, m.bytes)
	add("unreached", "%d objects, %d bytes", h.n-m.n, h.bytes-m.bytes)
	var exact, inferred uint64
	g := b.Graph()
	for n := range m.seen.All() {
		switch g.TypeSource(n) {
		case graph.TypeExact:
			exact += g.Size(n)
		case graph.TypeInferred:
			inferred += g.Size(n)
		}
	}
	share := func(x uint64) float64 { return 100 * float64(x) / float64(max(m.bytes, 1)) }
	add("typed", "%.1f %% exactly, %.1f %% inferred, %.1f %% by size only", share(exact), share(inferred), share(m.bytes-exact-inferred))
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
