package dump

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/testdata/goheap"
)

// leakDump is a small real dump, and a cache that keeps it all the same.
func leakDump(t *testing.T) (c *Cache, dump, exe string) {
	t.Helper()
	dump, exe, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &Cache{Dir: filepath.Join(t.TempDir(), "cache"), MinDump: 1, Warn: func(err error) { t.Errorf("cache: %v", err) }}, dump, exe
}

func open(t *testing.T, c *Cache, path, exe string) *Dump {
	t.Helper()
	d, err := c.Open(t.Context(), path, &Options{Exe: exe})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// says is all that a graph and its Detailer say of every object.
func says(g *graph.Graph) string {
	var b strings.Builder
	for n := range graph.NodeID(g.Len()) {
		b.WriteString(g.Describe(n) + " " + g.Detail().Describe(n, false) + "\n")
		for i, to := range g.Row(n) {
			b.WriteString(" " + g.Detail().RefName(n, i, false) + " " + g.RefKind(n, i).String() + " " + g.Describe(to) + "\n")
		}
	}
	for _, r := range g.Roots() {
		b.WriteString(lang.Of(g).Root(&r).String() + lang.Of(g).Note(&r) + g.String(r.Ref) + "\n")
	}
	return b.String()
}

// shows is what a graph's Detailer says with values.
func shows(g *graph.Graph) string {
	var b strings.Builder
	for n := range graph.NodeID(g.Len()) {
		fields, total := g.Detail().Fields(n, true, 20)
		fmt.Fprintln(&b, g.Detail().Describe(n, true), fields, total)
		for i := range g.Row(n) {
			fmt.Fprintln(&b, g.Detail().RefName(n, i, true))
		}
	}
	return b.String()
}

func TestKnownDumpIsTheSame(t *testing.T) {
	c, path, exe := leakDump(t)
	fresh := open(t, nil, path, exe)
	want, values := says(fresh.Graph), shows(fresh.Graph)
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, c, path, exe).Close(); err != nil {
		t.Fatal(err)
	}
	d := open(t, c, path, exe)
	if d.Format == nil || d.Format.Name != "go-heapdump" {
		t.Errorf("format %+v", d.Format)
	}
	for n := range graph.NodeID(d.Graph.Len()) {
		for i := range d.Graph.Row(n) {
			d.Graph.Detail().RefName(n, i, false)
		}
	}
	if d.keep.again != nil {
		t.Error("names of references opened the dump again")
	}
	if got := says(d.Graph); got != want {
		t.Error("a known dump says something else than the first time")
	}
	if d.keep.again == nil || d.keep.again.Graph != d.Graph {
		t.Error("for notes about objects the dump was not opened, or read in full")
	}
	if got := shows(d.Graph); got != values {
		t.Error("a known dump has other values than the first time")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, c, path, exe)
	if got := says(d.Graph); got != want || d.keep.again != nil {
		t.Error("what was asked once is read from the dump again, or is not the same")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d := open(t, c, path, ""); strings.Contains(says(d.Graph), "main.Session") {
		t.Error("without its executable the dump has types from the cache")
	}
}

func TestDamagedIndexIsMadeAgain(t *testing.T) {
	c, path, exe := leakDump(t)
	if err := open(t, c, path, exe).Close(); err != nil {
		t.Fatal(err)
	}
	list, err := c.List()
	if err != nil || len(list) != 2 {
		t.Fatalf("%d files, %v", len(list), err)
	}
	want := ""
	for _, e := range list {
		b, err := os.ReadFile(e.path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1] ^= 1
		if err := os.WriteFile(e.path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fresh := open(t, nil, path, exe)
	want = says(fresh.Graph)
	fresh.Close()
	d := open(t, c, path, exe)
	if says(d.Graph) != want {
		t.Error("a damaged index changes what a dump says")
	}
	if !d.keep.fresh[graphFile] {
		t.Error("a damaged index was used")
	}
	d.Close()
	d = open(t, c, path, exe)
	defer d.Close()
	if d.keep.fresh[graphFile] {
		t.Error("the damaged index was not made again")
	}
}

func TestChangedDumpIsReadAgain(t *testing.T) {
	c, path, exe := leakDump(t)
	if err := open(t, c, path, exe).Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(b, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, c, path, exe)
	defer d.Close()
	if !d.keep.fresh[graphFile] {
		t.Error("the dump has changed and was not read")
	}
}

func TestCancelledCacheLeavesNothing(t *testing.T) {
	c, path, exe := leakDump(t)
	ctx, cancel := context.WithCancel(t.Context())
	d, err := c.Open(ctx, path, &Options{Exe: exe})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	d.Close()
	if list, err := c.List(); err != nil || len(list) > 0 {
		t.Errorf("%d files are left, %v", len(list), err)
	}
}

func TestEvictAndClear(t *testing.T) {
	c, path, exe := leakDump(t)
	if err := open(t, c, path, exe).Close(); err != nil {
		t.Fatal(err)
	}
	list, err := c.List()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	c.MaxBytes = 1
	if err := c.evict(); err != nil {
		t.Fatal(err)
	}
	if list, _ := c.List(); len(list) > 0 {
		t.Errorf("%d files are left of a cache for one byte", len(list))
	}
	c.MaxBytes = 0
	if err := open(t, c, path, exe).Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Clear(); err != nil || n == 0 {
		t.Errorf("cleared %d bytes, %v", n, err)
	}
	if n, err := (&Cache{Dir: filepath.Join(c.Dir, "none")}).Clear(); err != nil || n != 0 {
		t.Errorf("cleared %d bytes of no cache, %v", n, err)
	}
}

// Files that are sound and of something else, as after a restore of the folder that
// mixed them up, are not believed.
func TestSwappedIndexFiles(t *testing.T) {
	c, path, exe := leakDump(t)
	if err := open(t, c, path, exe).Close(); err != nil {
		t.Fatal(err)
	}
	without := open(t, c, path, "")
	want := says(without.Graph)
	if err := without.Close(); err != nil {
		t.Fatal(err)
	}
	if dumps, err := c.Dumps(); err != nil || len(dumps) != 2 || dumps[0].Name != filepath.Base(path) || dumps[0].Files != 2 {
		t.Errorf("known are %+v, %v", dumps, err)
	}
	list, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	var graphs []string
	for _, e := range list {
		if strings.HasSuffix(e.Name, "."+graphFile) {
			graphs = append(graphs, e.path)
		}
	}
	if len(graphs) != 2 {
		t.Fatalf("%d graphs are kept", len(graphs))
	}
	for _, swap := range [][2]string{{graphs[0], graphs[0] + ".x"}, {graphs[1], graphs[0]}, {graphs[0] + ".x", graphs[1]}} {
		if err := os.Rename(swap[0], swap[1]); err != nil {
			t.Fatal(err)
		}
	}
	d := open(t, c, path, "")
	defer d.Close()
	if says(d.Graph) != want || !d.keep.fresh[graphFile] {
		t.Error("the index of another dump answers")
	}
}

// A dump that was edited in place, with its time set back, is another one.
func TestEditedInPlace(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no time of change that programs cannot set")
	}
	c, path, exe := leakDump(t)
	if err := open(t, c, path, exe).Close(); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{0}, st.Size()/3+5000); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := os.Chtimes(path, st.ModTime(), st.ModTime()); err != nil {
		t.Fatal(err)
	}
	d := open(t, c, path, exe)
	defer d.Close()
	if !d.keep.fresh[graphFile] {
		t.Error("the index of the dump before the edit answers")
	}
}
