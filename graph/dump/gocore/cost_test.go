package gocore

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// counter counts the bytes that are read of a file.
type counter struct {
	f *os.File
	n atomic.Int64
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	c.n.Add(int64(len(p)))
	return c.f.ReadAt(p, off)
}

// TestCost checks that of a core with a gigabyte of memory that holds no
// pointers only the rest is read.
func TestCost(t *testing.T) {
	dir := program{source: "reserve", text: `package main

import "runtime/debug"

var reserved = make([]byte, 1<<30)

func main() {
	reserved[1<<29] = 1
	debug.SetTraceback("crash")
	panic("as it was told")
}
`}.core(t)
	f, err := os.Open(filepath.Join(dir, "core"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{f: f}
	src := source.New("core", c, st.Size(), source.Options{Exe: filepath.Join(dir, "prog")})
	defer src.Close()
	g, err := Read(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	if st.Size() < 1<<30 || c.n.Load() > 16<<20 {
		t.Errorf("read %d bytes of a core of %d bytes", c.n.Load(), st.Size())
	}
	if _, bytes := fact(t, g, "live"); bytes < 1<<30 {
		t.Errorf("%d bytes are live", bytes)
	}
}

// BenchmarkRead reads the core of the ground-truth program: 200,000 objects.
func BenchmarkRead(b *testing.B) {
	dir := program{source: "gotruth", args: abort}.core(b)
	b.ReportAllocs()
	for b.Loop() {
		src, err := source.Open(filepath.Join(dir, "core"), source.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Read(b.Context(), src); err != nil {
			b.Fatal(err)
		}
		src.Close()
	}
}
