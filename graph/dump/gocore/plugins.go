package gocore

import (
	"bytes"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// mapPlugins adds the read-only pages of plugins and other Go modules that the
// process loaded, for the types of their objects. Their files must be where they
// were, and have the first page that the core has.
func (p *process) mapPlugins(b *graph.Builder) {
	main := p.exe.Layout().Module
	seen := map[string]bool{}
	for _, m := range p.modules() {
		text := p.mem.u64(m.addr + p.l.ModText.off)
		f, ok := p.core.notes.file(text)
		if m.addr == main || !ok || seen[f.path] {
			continue
		}
		seen[f.path] = true
		p.exe.AddTypes(gotype.Range{Lo: p.mem.u64(m.addr + p.l.ModTypes.off), Hi: p.mem.u64(m.addr + p.l.ModTypesEnd.off)})
		if err := p.mapFile(f.path); err != nil {
			b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("the plugin %s cannot be used: %v", f.path, err),
				Effect: "large objects of its types have no references"})
		}
	}
}

// mapFile adds what a file was mapped to and the core does not have.
func (p *process) mapFile(path string) error {
	src, err := source.Open(path, source.Options{})
	if err != nil {
		return err
	}
	p.src.Keep(src)
	for _, f := range p.core.notes.files {
		if f.path != path || f.off != 0 {
			continue
		}
		have, err := src.Slice(0, pageSize/2)
		if want := p.mem.bytes(f.lo, pageSize/2); err != nil || want != nil && !bytes.Equal(have, want) {
			return fmt.Errorf("it has changed since")
		}
	}
	for _, f := range p.core.notes.files {
		if size := f.hi - f.lo; f.path == path && f.lo < f.hi && f.off+size <= uint64(src.Size)+pageSize {
			p.mem.add(part{lo: f.lo, hi: f.lo + min(size, uint64(src.Size)-min(f.off, uint64(src.Size))), src: src, off: int64(f.off)})
		}
	}
	return nil
}
