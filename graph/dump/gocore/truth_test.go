package gocore

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/gotruth"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

var abort = []string{"-mode", "abort", "-truth", "truth.json"}

// TestTruth reads cores of the ground-truth program, made in all ways that
// matter, and compares what it finds with what the program knows.
func TestTruth(t *testing.T) {
	busy := append([]string{"-busy"}, abort...)
	stripped := []string{"-ldflags=-s -w"}
	tests := map[string]program{
		"plain":             {args: abort},
		"pie":               {args: abort, build: []string{"-buildmode=pie"}},
		"stripped":          {args: abort, build: stripped},
		"stripped pie":      {args: abort, build: []string{"-buildmode=pie", "-ldflags=-s -w"}},
		"no inlining":       {args: abort, build: []string{"-gcflags=-l -N"}},
		"loop, collecting":  {args: busy},
		"no green tea":      {args: busy, experiment: "nogreenteagc"},
		"1.25 green tea":    {args: abort, experiment: "greenteagc", toolchain: "go1.25.5"},
		"1.25":              {args: abort, toolchain: "go1.25.5"},
		"1.25 collecting":   {args: busy, toolchain: "go1.25.5"},
		"1.25 stripped":     {args: abort, toolchain: "go1.25.5", build: stripped},
		"1.24":              {args: abort, toolchain: "go1.24.11"},
		"1.24 collecting":   {args: busy, toolchain: "go1.24.11"},
		"arm64":             {args: abort, arm64: true},
		"arm64 collecting":  {args: busy, arm64: true},
		"arm64 stripped":    {args: abort, arm64: true, build: stripped},
		"arm64 1.24":        {args: abort, arm64: true, toolchain: "go1.24.11"},
		"cgo":               {args: abort, cgo: true, build: []string{"-ldflags=-linkmode=external"}},
		"1.24 stripped pie": {args: abort, toolchain: "go1.24.11", build: []string{"-buildmode=pie", "-ldflags=-s -w"}},
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

// fact parses "N objects, N bytes".
func fact(t *testing.T, g *graph.Graph, name string) (objects int, bytes uint64) {
	t.Helper()
	for _, f := range g.Info().Facts {
		if f.Name == name {
			if _, err := fmt.Sscanf(f.Value, "%d objects, %d bytes", &objects, &bytes); err != nil {
				t.Fatal(err)
			}
		}
	}
	return objects, bytes
}

// checkFacts checks that what info prints adds up.
func checkFacts(t *testing.T, g *graph.Graph) {
	t.Helper()
	all, allBytes := fact(t, g, "allocated")
	live, liveBytes := fact(t, g, "live")
	dead, deadBytes := fact(t, g, "unreached")
	if all != g.Len() || live+dead != all || liveBytes+deadBytes != allBytes || live == 0 {
		t.Errorf("allocated %d (%d B), live %d (%d B), unreached %d (%d B), graph has %d", all, allBytes, live, liveBytes, dead, deadBytes, g.Len())
	}
}

// checkExact compares the live bytes with those of the independent count.
func checkExact(t *testing.T, dir string, g *graph.Graph) {
	t.Helper()
	out, err := exec.Command("go", "run", "./internal/exactmark", filepath.Join(dir, "prog"), filepath.Join(dir, "core")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var objects int
	var bytes uint64
	if _, err := fmt.Sscanf(string(out), "live_objects %d\nlive_bytes %d", &objects, &bytes); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	live, liveBytes := fact(t, g, "live")
	// The count takes stacks conservatively, so it may have a little more; a
	// buffer of 16 KiB is what these programs leave behind on theirs.
	if live > objects || liveBytes > bytes || objects-live > 20 || bytes-liveBytes > 32<<10 {
		t.Errorf("live: %d objects, %d bytes; counted: %d objects, %d bytes", live, liveBytes, objects, bytes)
	}
}
