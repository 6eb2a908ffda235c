package gocore

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/gotruth"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// TestTruncated cuts a core where a full disk would.
func TestTruncated(t *testing.T) {
	dir := tiny.core(t)
	core := compact(t, dir)
	whole, err := Read(t.Context(), source.FromBytes("core", core, source.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, share := range []int{1, 10, 30, 50, 70, 90, 95, 99} {
		cut := core[:len(core)*share/100]
		g, err := Read(t.Context(), source.FromBytes("core", cut, source.Options{Exe: filepath.Join(dir, "prog")}))
		var syntax *source.SyntaxError
		switch {
		case err == nil && g.Len() > whole.Len():
			t.Errorf("%d %%: %d objects, the whole has %d", share, g.Len(), whole.Len())
		case err == nil && !strings.Contains(g.Warnings()[len(g.Warnings())-1].What+g.Warnings()[0].What, "truncated"):
			t.Errorf("%d %%: no warning: %v", share, g.Warnings())
		case err == nil:
			good++
		case !errors.As(err, &syntax) || !strings.Contains(err.Error(), "truncated") && !strings.Contains(err.Error(), "ends"):
			t.Errorf("%d %%: %v", share, err)
		}
	}
	if good == 0 {
		t.Error("nothing could be read of any truncated core")
	}
}

// TestLostHolders cuts the core of the ground-truth program behind its list of
// spans: all known objects that are left must be live, held by what there is or
// by the root that stands for what is lost.
func TestLostHolders(t *testing.T) {
	dir := program{source: "gotruth", args: abort}.core(t)
	core, err := os.ReadFile(filepath.Join(dir, "core"))
	if err != nil {
		t.Fatal(err)
	}
	partial := 0
	for cut := len(core); cut > len(core)*9/10; cut -= 64 << 10 {
		g, err := Read(t.Context(), source.FromBytes("core", core[:cut], source.Options{Exe: filepath.Join(dir, "prog")}))
		if err != nil {
			break
		}
		residue := 0
		for _, r := range g.Roots() {
			if r.Kind == graph.RootResidue {
				residue++
			}
		}
		if residue == 0 {
			continue
		}
		partial++
		m := newMarker(g)
		_ = m.roots(t.Context(), g.Roots())
		if m.Seen.Len() != g.Len() || !slices.Equal(m.Seen, g.Reached()) {
			t.Errorf("cut at %d: %d of %d objects are live", cut, m.Seen.Len(), g.Len())
		}
		if _, bytes := fact(t, g, "live"); bytes < 10<<20 {
			t.Errorf("cut at %d: %d live bytes", cut, bytes)
		}
	}
	if partial == 0 {
		t.Error("no cut core has lost holders")
	}
}

// TestLostNotes reads cores that have lost their notes, as those of gcore do that
// are cut short. Where the executable was loaded is then to be found.
func TestLostNotes(t *testing.T) {
	for _, build := range [][]string{nil, {"-buildmode=pie"}} {
		dir := program{source: "gotruth", args: abort, build: build}.core(t)
		core, err := os.ReadFile(filepath.Join(dir, "core"))
		if err != nil {
			t.Fatal(err)
		}
		le := binary.LittleEndian
		for i := range int(le.Uint16(core[56:])) {
			if ph := core[le.Uint64(core[32:])+uint64(i)*progLen:]; elf.ProgType(le.Uint32(ph)) == elf.PT_NOTE {
				le.PutUint64(ph[8:], uint64(len(core))) // offset
			}
		}
		g, err := Read(t.Context(), source.FromBytes("core", core, source.Options{Exe: filepath.Join(dir, "prog")}))
		if err != nil {
			t.Fatal(err)
		}
		gotruth.Check(t, g, filepath.Join(dir, "truth.json"), gotruth.Options{})
	}
}
