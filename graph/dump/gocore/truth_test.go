package gocore

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/gotruth"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/testdata/programs/build"
)

var abort = []string{"-mode", "abort", "-truth", "truth.json"}

// busyArgs makes the program die while its heap is collected, mostly in a phase.
func busyArgs(phase string) []string {
	procs := "4"
	if phase == "sweeping" {
		procs = "1"
	}
	return append([]string{"-busy", "-procs", procs}, abort...)
}

// TestTruth reads cores of the ground-truth program, made in all ways that
// matter, and compares what it finds with what the program knows.
func TestTruth(t *testing.T) {
	stripped := []string{"-ldflags=-s -w"}
	tests := map[string]program{
		"plain":             {args: abort},
		"pie":               {args: abort, build: []string{"-buildmode=pie"}},
		"stripped":          {args: abort, build: stripped},
		"stripped pie":      {args: abort, build: []string{"-buildmode=pie", "-ldflags=-s -w"}},
		"no inlining":       {args: abort, build: []string{"-gcflags=-l -N"}},
		"1.25 green tea":    {args: abort, experiment: "greenteagc", toolchain: "go1.25.5"},
		"1.25":              {args: abort, toolchain: "go1.25.5"},
		"1.25 stripped":     {args: abort, toolchain: "go1.25.5", build: stripped},
		"1.24":              {args: abort, toolchain: "go1.24.11"},
		"arm64":             {args: abort, arm64: true},
		"arm64 stripped":    {args: abort, arm64: true, build: stripped},
		"arm64 1.24":        {args: abort, arm64: true, toolchain: "go1.24.11"},
		"cgo":               {args: abort, cgo: true, build: []string{"-ldflags=-linkmode=external"}},
		"1.24 stripped pie": {args: abort, toolchain: "go1.24.11", build: []string{"-buildmode=pie", "-ldflags=-s -w"}},
	}
	// A loop without calls, while the heap is collected all the time.
	for name, p := range map[string]program{
		"": {}, "no green tea ": {experiment: "nogreenteagc"}, "1.25 ": {toolchain: "go1.25.5"}, "1.24 ": {toolchain: "go1.24.11"},
		"stripped ": {build: stripped}, "arm64 ": {arm64: true}, "arm64 1.24 ": {arm64: true, toolchain: "go1.24.11"},
	} {
		for _, phase := range []string{"marking", "sweeping"} {
			p.args, p.phase = busyArgs(phase), phase
			tests[name+phase] = p
		}
	}
	for name, p := range tests {
		t.Run(name, func(t *testing.T) {
			p.source = "gotruth"
			dir := p.core(t)
			g := read(t, dir, source.Options{})
			noNames := strings.Contains(name, "stripped")
			gotruth.Check(t, g, filepath.Join(dir, "truth.json"), gotruth.Options{NoNames: noNames})
			checkFacts(t, g)
			if !noNames && !strings.Contains(name, "pie") && !strings.Contains(name, "cgo") && !p.arm64 {
				checkExact(t, dir, g)
			}
			for _, w := range g.Warnings() {
				if !noNames {
					t.Errorf("warning: %s %s", w.What, w.Effect)
				}
			}
		})
	}
}

// factOf is one of the facts that info prints.
func factOf(t testing.TB, g *graph.Graph, name string) string {
	t.Helper()
	for _, f := range g.Info().Facts {
		if f.Name == name {
			return f.Value
		}
	}
	t.Fatalf("no fact %q", name)
	return ""
}

// fact parses "N objects, N bytes".
func fact(t *testing.T, g *graph.Graph, name string) (objects int, bytes uint64) {
	t.Helper()
	if _, err := fmt.Sscanf(factOf(t, g, name), "%d objects, %d bytes", &objects, &bytes); err != nil {
		t.Fatal(err)
	}
	return objects, bytes
}

// TestPhaseWithoutNames checks that the collector's phase is told from the spans
// of a stripped program as it is from its own variable.
func TestPhaseWithoutNames(t *testing.T) {
	for _, phase := range []string{"marking", "sweeping", "not running"} {
		for _, toolchain := range []string{"", "go1.25.5", "go1.24.11"} {
			p := program{source: "gotruth", toolchain: toolchain, args: abort}
			if phase != "not running" {
				p.args, p.phase = busyArgs(phase), phase
			}
			src, err := source.Open(filepath.Join(p.core(t), "core"), source.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			pr := &process{src: src}
			b := graph.NewBuilder(graph.Info{}, graph.SlotLabels)
			if err := errors.Join(pr.open(t.Context(), b), pr.openHeap(b)); err != nil {
				t.Fatal(err)
			}
			defer pr.exe.Close()
			named := pr.phase()
			pr.vars.gcphase = 0
			if got := pr.phase(); got != named || !strings.HasPrefix(named, phase) {
				t.Errorf("%s %s: %q with the variable, %q without", toolchain, phase, named, got)
			}
		}
	}
}

// checkFacts checks that what info prints adds up.
func checkFacts(t *testing.T, g *graph.Graph) {
	t.Helper()
	m := newMarker(g)
	_ = m.roots(t.Context(), g.Roots())
	if !slices.Equal(m.Seen, g.Reached()) {
		t.Errorf("%d objects are reached from the roots, the reader says %d", m.Seen.Len(), g.Reached().Len())
	}
	all, allBytes := fact(t, g, "allocated")
	live, liveBytes := fact(t, g, "live")
	dead, deadBytes := fact(t, g, "unreached")
	if all != g.Len() || live+dead != all || liveBytes+deadBytes != allBytes || live == 0 {
		t.Errorf("allocated %d (%d B), live %d (%d B), unreached %d (%d B), graph has %d", all, allBytes, live, liveBytes, dead, deadBytes, g.Len())
	}
}

// exactMark is the program that counts, which is built once.
func exactMark(t *testing.T) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	exe := filepath.Join(built.dir, "exactmark")
	if _, err := os.Stat(exe); err == nil {
		return exe
	}
	made := build.Program{Dir: "internal/exactmark"}
	if err := made.Build(exe); err != nil {
		t.Fatal(err)
	}
	return exe
}

// checkExact compares the live bytes with those of the independent count.
func checkExact(t *testing.T, dir string, g *graph.Graph) {
	t.Helper()
	out, err := exec.Command(exactMark(t), filepath.Join(dir, "prog"), filepath.Join(dir, "core")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var objects int
	var bytes uint64
	if _, err := fmt.Sscanf(string(out), "live_objects %d\nlive_bytes %d", &objects, &bytes); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	live, liveBytes := fact(t, g, "live")
	// The count takes stacks conservatively, so it may have a little more: each
	// stack of a busy program can have a dead pointer to a buffer of 16 KiB.
	const stacks, buffer = 5, 16<<10 + 1<<10
	if live > objects || liveBytes > bytes || objects-live > 10*stacks || bytes-liveBytes > stacks*buffer {
		t.Errorf("live: %d objects, %d bytes; counted: %d objects, %d bytes", live, liveBytes, objects, bytes)
	}
}
