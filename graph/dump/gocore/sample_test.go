package gocore

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// TestSample compares the types of 10,000 objects with what the program wrote
// down about them: none may be wrong, and at least 97 % must be known.
func TestSample(t *testing.T) {
	for name, p := range map[string]program{
		"1.26": {}, "1.25": {toolchain: "go1.25.5"}, "1.24": {toolchain: "go1.24.11"},
		"stripped": {build: []string{"-ldflags=-s -w"}},
	} {
		t.Run(name, func(t *testing.T) {
			p.source = "gosample"
			p.args = []string{"-truth", "sample.txt"}
			dir := p.core(t)
			g := read(t, dir, source.Options{})
			objects, unknown, wrong := compareTypes(t, g, filepath.Join(dir, "sample.txt"))
			t.Logf("%d objects, %d without a type", objects, unknown)
			if objects < 10_000 || wrong > 0 {
				t.Errorf("%d objects, %d have a wrong type", objects, wrong)
			}
			if name != "stripped" && unknown*100 > objects*3 {
				t.Errorf("%d of %d objects have no type", unknown, objects)
			}
		})
	}
}

func compareTypes(t *testing.T, g *graph.Graph, truth string) (objects, unknown, wrong int) {
	f, err := os.Open(truth)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		hex, want, _ := strings.Cut(lines.Text(), " ")
		addr, err := strconv.ParseUint(hex, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		objects++
		n, ok := g.Find(addr)
		switch {
		case !ok:
			t.Errorf("%s at %s is missing", want, hex)
			wrong++
		case g.TypeSource(n) == graph.TypeSizeClass:
			unknown++
		case strings.ReplaceAll(g.TypeName(n), "interface {}", "any") != want:
			if wrong++; wrong < 20 {
				t.Errorf("%s is %s (%v), want %s", hex, g.TypeName(n), g.TypeSource(n), want)
			}
		}
	}
	return objects, unknown, wrong
}
