package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
)

// seeded are the leaks of testdata/programs/goleaks and what must be said of
// each.
var seeded = []struct{ name, detector, reason string }{
	{"cache", "collection", "main.profile, held by global main.profiles"},
	{"local", "stack", "main.collect"},
	{"listener", "listeners", "callbacks (main.view), held by .listeners of global main.clicks"},
	{"closure", "listeners", "callbacks (func main.connect.func1), held by global main.hooks"},
	{"blocked", "stack", "goroutines wait at main.answer main.go:157 (chan receive)"},
	{"list", "linked-list", "a linked list of 5,000 main.change"},
	{"queue", "collection", "one list.List holds 5,000 main.event, held by global main.events"},
}

// leaksDump runs goleaks and returns its dump and executable.
func leaksDump(t *testing.T, exe, leak string) string {
	t.Helper()
	dump := filepath.Join(t.TempDir(), "goleaks-"+leak+".heapdump")
	if out, err := exec.Command(exe, "-leak", leak, "-o", dump).CombinedOutput(); err != nil {
		t.Fatalf("goleaks -leak %s: %v\n%s", leak, err, out)
	}
	return dump
}

func buildLeaks(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("types of Go dumps need an ELF executable")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // the dumps are large enough to be kept
	return built(t, "goleaks")
}

// refgraphJSON runs a command and decodes its answer; it returns the exit code.
func refgraphJSON(t *testing.T, into any, args ...string) int {
	t.Helper()
	var out, errs bytes.Buffer
	code := (&app{out: &out, err: &errs}).run(t.Context(), append(args, "--json", "-q"))
	if out.Len() == 0 {
		t.Fatalf("refgraph %s: exit %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		t.Fatalf("refgraph %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	return code
}

func reasons(list []ask.Suspect) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.Detector + " " + s.Fingerprint + ": " + s.Reason + "\n")
	}
	return b.String()
}

// TestSeededLeaks finds the leaks of a program of which each is less than 5 % of
// the heap, one at a time and all at once, and none in its clean version.
func TestSeededLeaks(t *testing.T) {
	exe := buildLeaks(t)
	prints := map[string]string{}
	for _, leak := range seeded {
		var got ask.SuspectsAnswer
		dump := leaksDump(t, exe, leak.name)
		refgraphJSON(t, &got, "suspects", dump, "--exe", exe, "--no-cache")
		os.Remove(dump) // ten of them are more than half a gigabyte
		found := false
		for _, s := range got.Suspects[:min(5, len(got.Suspects))] {
			if s.Detector == leak.detector && strings.Contains(s.Reason, leak.reason) {
				found = true
				prints[leak.name] = s.Fingerprint
				if s.Share > 0.06 {
					t.Errorf("%s is %.3f of the heap: too easy", leak.name, s.Share)
				}
			}
		}
		if !found {
			t.Errorf("%s is not among the first five suspects:\n%s", leak.name, reasons(got.Suspects))
		}
	}
	var all ask.SuspectsAnswer
	refgraphJSON(t, &all, "suspects", leaksDump(t, exe, "all"), "--exe", exe, "--no-cache")
	for _, leak := range seeded {
		if !strings.Contains(reasons(all.Suspects), leak.detector+" "+prints[leak.name]+": ") {
			t.Errorf("%s is not among the suspects of all leaks, or has another fingerprint:\n%s", leak.name, reasons(all.Suspects))
		}
	}
	var clean ask.SuspectsAnswer
	refgraphJSON(t, &clean, "suspects", leaksDump(t, exe, ""), "--exe", exe, "--no-cache")
	if len(clean.Suspects) > 0 {
		t.Errorf("the clean version has suspects:\n%s", reasons(clean.Suspects))
	}
	if clean.PooledObjects < 100_000 || clean.PooledBytes == 0 {
		t.Errorf("%d objects, %d bytes in pools", clean.PooledObjects, clean.PooledBytes)
	}
}

// TestAnalysesOfADump runs the commands that need two states of one program.
func TestAnalysesOfADump(t *testing.T) {
	exe := buildLeaks(t)
	clean, leaks := leaksDump(t, exe, ""), leaksDump(t, exe, "cache,queue")
	var d ask.DiffAnswer
	if code := refgraphJSON(t, &d, "diff", clean, leaks, "--exe", exe, "--fail-on", "type=main.profile,grows>1000", "--fail-on", "type=main.view,grows>1000"); code != exitFailOn {
		t.Errorf("diff exits with %d, want %d", code, exitFailOn)
	}
	if len(d.FailOn) != 2 || !d.FailOn[0].Holds || d.FailOn[1].Holds {
		t.Errorf("conditions %+v", d.FailOn)
	}
	if code := refgraphJSON(t, &d, "diff", leaks, leaks, "--exe", exe, "--fail-on", "grows>0"); code != exitOK {
		t.Errorf("a dump compared with itself exits with %d", code)
	}
	if d.Added == nil || d.Added.Objects != 0 || len(d.Types) != 0 {
		t.Errorf("a dump has grown since itself: %+v %+v", d.Added, d.Types)
	}
	var kept, again cacheJSON
	refgraphJSON(t, &kept, "cache")
	if len(kept.Files) < 4 || kept.Bytes == 0 || !strings.Contains(kept.Files[0].Name, "goleaks-") {
		t.Errorf("two dumps were read, and kept is %+v", kept)
	}
	var s ask.SuspectsAnswer
	refgraphJSON(t, &s, "suspects", leaks, "--exe", exe, "--against", clean)
	var fresh ask.SuspectsAnswer
	refgraphJSON(t, &fresh, "suspects", leaks, "--exe", exe, "--against", clean, "--no-cache")
	if reasons(fresh.Suspects) != reasons(s.Suspects) {
		t.Errorf("from the cache:\n%sfresh:\n%s", reasons(s.Suspects), reasons(fresh.Suspects))
	}
	refgraphJSON(t, &again, "cache")
	if len(again.Files) < len(kept.Files) {
		t.Errorf("kept files are gone: %+v", again)
	}
	if !strings.Contains(reasons(s.Suspects), "grew from 50 to 5,000 since the older dump: one map[string]*main.profile") {
		t.Errorf("no growth:\n%s", reasons(s.Suspects))
	}
	var c ask.CyclesAnswer
	refgraphJSON(t, &c, "cycles", leaks, "--exe", exe)
	if len(c.Cycles) == 0 || c.Cycles[0].Objects != 5001 || len(c.Cycles[0].Cycle) != 2 || c.Harm {
		t.Errorf("cycles: %+v", c)
	}
	var doms ask.DominatorsAnswer
	refgraphJSON(t, &doms, "dominators", leaks, "--exe", exe)
	if len(doms.Nodes) == 0 || doms.Nodes[0].Root == nil || len(doms.Nodes[0].Children) == 0 || doms.Nodes[0].Children[0].Type != "main.server" {
		t.Errorf("dominators: %+v", doms)
	}
	for _, args := range [][]string{
		{"suspects"}, {"dominators"}, {"cycles"}, {"backrefs", "--type", "main.server"}, {"refs", "--type", "server", "--depth", "1"},
	} {
		picture := filepath.Join(t.TempDir(), "picture.dot")
		var out, errs bytes.Buffer
		if code := (&app{out: &out, err: &errs}).run(t.Context(), append([]string{args[0], leaks, "--exe", exe, "-o", picture}, args[1:]...)); code != exitOK {
			t.Errorf("%v: exit %d\n%s", args, code, errs.String())
		} else if b, err := os.ReadFile(picture); err != nil || !bytes.Contains(b, []byte("digraph")) {
			t.Errorf("%v: no picture (%v)", args, err)
		}
	}
}
