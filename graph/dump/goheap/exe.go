package goheap

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// opening is an executable that is being read while the dump is.
type opening struct {
	exe  *gotype.Exe
	err  error
	done chan struct{}
}

// openExe starts to read the executable. It returns nil if none was given.
func openExe(ctx context.Context, path string) *opening {
	if path == "" {
		return nil
	}
	o := &opening{done: make(chan struct{})}
	go func() {
		defer close(o.done)
		o.err = graph.Guard(func() (err error) {
			o.exe, err = gotype.Open(ctx, path)
			return err
		})
	}()
	return o
}

// discard ends the reading and closes what was opened.
func (o *opening) discard() {
	if o != nil {
		if <-o.done; o.exe != nil {
			o.exe.Close()
		}
	}
}

// take returns the executable, which is closed with the source, after checking
// that it wrote the dump. It returns nil, with a warning, if none was given.
func (o *opening) take(src *source.Source, rec *records, b *graph.Builder) (*gotype.Exe, error) {
	if o == nil {
		b.Warn(graph.Warning{Offset: -1, What: "no executable was given",
			Effect: "types are named by size, global and local variables and fields have no names; --exe FILE with the program that wrote the dump adds them"})
		return nil, nil
	}
	if <-o.done; o.err != nil {
		return nil, o.err
	}
	if err := match(o.exe, rec); err != nil {
		o.exe.Close()
		return nil, err
	}
	src.Keep(o.exe)
	b.Info().Program = o.exe.Program
	for _, m := range o.exe.Missing {
		b.Warn(graph.Warning{Offset: -1, What: "the executable lacks something", Effect: m})
	}
	for _, t := range rec.itabs {
		o.exe.AddItab(t.addr, t.typ)
	}
	return o.exe, nil
}

// match rebases the executable to where the process had it and checks that it
// is the one: same Go version, same segments, and every type of the dump is a
// type of the executable.
func match(exe *gotype.Exe, rec *records) error {
	mismatch := func(format string, args ...any) error {
		return &source.MismatchError{Exe: exe.Path, What: fmt.Sprintf(format, args...)}
	}
	release := func(version string) string { r, _, _ := strings.Cut(version, " "); return r }
	if v := rec.params.version; exe.GoVersion != "" && release(v) != release(exe.GoVersion) {
		return mismatch("it was built with %s, the dump is of %s", exe.GoVersion, v)
	}
	if a := rec.params.arch; exe.Arch != "" && a != exe.Arch {
		return mismatch("it is for %s, the dump is of %s", exe.Arch, a)
	}
	for i := range rec.segments {
		s := &rec.segments[i]
		have := exe.Layout().Data
		if s.name == "bss" {
			have = exe.Layout().BSS
		}
		if have.Hi-have.Lo != uint64(s.body.n) {
			return mismatch("its %s segment has %d bytes, the dump's has %d", s.name, have.Hi-have.Lo, s.body.n)
		}
		if exe.PIE && i == 0 {
			exe.Rebase(exe.Bias() + s.addr - have.Lo)
		} else if have.Lo != s.addr {
			return mismatch("its %s segment is at 0x%x, the dump's at 0x%x", s.name, have.Lo, s.addr)
		}
	}
	for addr, t := range rec.types {
		if !exe.IsType(addr) {
			continue // made at run time
		}
		if have := exe.TypeAt(addr); have == nil || have.Size != t.size {
			return mismatch("the type %s at 0x%x is not in it", t.name, addr)
		}
	}
	return nil
}

// newClaims returns which words may be of types, itabs and functions.
func newClaims(exe *gotype.Exe, rec *records) (c claims) {
	if exe == nil {
		return c
	}
	l := exe.Layout()
	c.text = l.Text
	c.image = l.Text
	for _, r := range []gotype.Range{l.Types, l.NoPtrData, l.Data, l.BSS, l.NoPtrBSS} {
		if r.Hi > r.Lo {
			c.image.Lo, c.image.Hi = min(c.image.Lo, r.Lo), max(c.image.Hi, r.Hi)
		}
	}
	for _, t := range rec.itabs {
		if !c.image.Contains(t.addr) {
			if c.itabs.Hi == 0 {
				c.itabs.Lo = t.addr
			}
			c.itabs.Lo, c.itabs.Hi = min(c.itabs.Lo, t.addr), max(c.itabs.Hi, t.addr+1)
		}
	}
	return c
}
