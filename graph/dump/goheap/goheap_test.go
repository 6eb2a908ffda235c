package goheap

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/gotruth"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/lang"
	leak "github.com/refgraph/refgraph/testdata/goheap"
	"github.com/refgraph/refgraph/testdata/programs/build"
)

const testdata = "../../../testdata/goheap/"

// open opens a file, which may be compressed.
func open(t testing.TB, path string, opts source.Options) *source.Source {
	t.Helper()
	src, err := source.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	if src, err = source.Plain(t.Context(), src, func([]byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

func read(t testing.TB, path string, opts source.Options) *graph.Graph {
	t.Helper()
	g, err := Read(t.Context(), open(t, path, opts))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// dumps are the small dumps of all releases.
func dumps(t testing.TB) []string {
	list, err := filepath.Glob(testdata + "*.heapdump.zst")
	if err != nil || len(list) < 6 {
		t.Fatalf("%d dumps in %s: %v", len(list), testdata, err)
	}
	return list
}

// TestReleases reads a dump of each release whose heap is laid out differently
// and expects exactly as many objects as its runtime counted.
func TestReleases(t *testing.T) {
	for _, path := range dumps(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".heapdump.zst"), func(t *testing.T) {
			src := open(t, path, source.Options{})
			rec, err := readRecords(t.Context(), src, func(w graph.Warning) { t.Error(w) })
			if err != nil {
				t.Fatal(err)
			}
			g, err := Read(t.Context(), src)
			if err != nil {
				t.Fatal(err)
			}
			if want := rec.stats[statHeapObjects]; uint64(g.Len()) != want {
				t.Errorf("%s: %d objects, the runtime counted %d", rec.params.version, g.Len(), want)
			}
			for _, w := range g.Warnings() {
				if !strings.Contains(w.Effect, "--exe") {
					t.Error(w)
				}
			}
			if !strings.HasPrefix(g.Info().RuntimeVersion, "go1.2") {
				t.Errorf("runtime version %q", g.Info().RuntimeVersion)
			}
		})
	}
}

func TestConformance(t *testing.T) {
	_, exe, err := leak.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dumptest.Run(t, testdata+"leak.heapdump.zst", Read, source.Options{})
	t.Run("exe", func(t *testing.T) {
		dumptest.Run(t, testdata+"leak.heapdump.zst", Read, source.Options{Exe: exe})
	})
	t.Run("restored", func(t *testing.T) {
		dumptest.RunRestore(t, testdata+"leak.heapdump.zst", Read, Restore, source.Options{})
		dumptest.RunRestore(t, testdata+"leak.heapdump.zst", Read, Restore, source.Options{Exe: exe})
	})
}

// TestTruth builds and runs a program that knows where everything in its heap
// is, and compares.
func TestTruth(t *testing.T) {
	dir := t.TempDir()
	exe, dump, truth := filepath.Join(dir, "gotruth"), filepath.Join(dir, "dump"), filepath.Join(dir, "truth.json")
	compile(t, exe, "../../../testdata/programs/gotruth")
	run(t, exe, "-o", dump, "-truth", truth)
	g := read(t, dump, source.Options{Exe: exe})
	for _, w := range g.Warnings() {
		t.Error(w)
	}
	gotruth.Check(t, g, truth, gotruth.Options{})
	t.Run("without", func(t *testing.T) {
		gotruth.Check(t, read(t, dump, source.Options{}), truth, gotruth.Options{NoNames: true})
	})
	t.Run("wrong", func(t *testing.T) {
		_, other, err := leak.Leak(dir)
		if err != nil {
			t.Fatal(err)
		}
		var mismatch *source.MismatchError
		if _, err := Read(t.Context(), open(t, dump, source.Options{Exe: other})); !errors.As(err, &mismatch) {
			t.Errorf("got %v, want a MismatchError", err)
		}
	})
}

// TestBuilds reads the dumps of one program built in other ways.
func TestBuilds(t *testing.T) {
	builds := map[string]struct {
		flags    []string
		root     string // of the sessions in the cache
		sessions int    // 10 of 1000 are only in local variables
	}{
		"pie":      {[]string{"-buildmode=pie"}, "global main.globalCache", 1000},
		"no DWARF": {[]string{"-trimpath", "-ldflags=-w"}, "global main.globalCache", 990},
		"stripped": {[]string{"-ldflags=-s -w"}, "a global without a name", 990},
	}
	for name, how := range builds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			exe, dump := filepath.Join(dir, "goleak"), filepath.Join(dir, "dump")
			compile(t, exe, "../../../testdata/programs/goleak", how.flags...)
			run(t, exe, "-n", "1000", "-o", dump)
			g := read(t, dump, source.Options{Exe: exe})
			cache, sessions := "", 0
			for _, r := range g.Roots() {
				if g.TypeName(r.Node) == "main.Cache" {
					cache = lang.Of(g).Root(&r).String()
				}
			}
			for n := range graph.NodeID(g.Len()) {
				if g.TypeName(n) == "main.Session" {
					sessions++
				}
			}
			if !strings.HasPrefix(cache, how.root) || sessions < how.sessions {
				t.Errorf("the cache is held by %q, want %q; %d sessions, want %d", cache, how.root, sessions, how.sessions)
			}
		})
	}
}

// compile builds a program of testdata/programs.
func compile(t testing.TB, exe, dir string, flags ...string) {
	t.Helper()
	made := build.Program{Dir: dir, Flags: flags, Env: []string{"CGO_ENABLED=0"}}
	if err := made.Build(exe); err != nil {
		t.Fatal(err)
	}
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}
