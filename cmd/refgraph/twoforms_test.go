package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
)

// twoForms runs a program of testdata/programs/goleaks until it is to write its
// heap dump, takes a core, and lets it write the dump.
func twoForms(t *testing.T, exe string) (heapdump, core string) {
	t.Helper()
	if _, err := exec.LookPath("gcore"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("gcore is missing: apt-get install gdb")
		}
		t.Skip("not tested: gcore is missing (Debian package gdb)")
	}
	dir := t.TempDir()
	heapdump, core = filepath.Join(dir, "leaks.heapdump"), filepath.Join(dir, "core")
	cmd := exec.Command(exe, "-leak", "all", "-n", "2500", "-wait", "-o", heapdump)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q %v", line, err)
	}
	pid := strconv.Itoa(cmd.Process.Pid)
	text, failed := exec.Command("gcore", "-o", core, pid).CombinedOutput()
	in.Close()
	io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if failed != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("gcore: %v\n%s", failed, text)
		}
		t.Skipf("not tested: gcore: %v\n%s", failed, text)
	}
	return heapdump, core + "." + pid
}

// TestTwoForms asks a core and a heap dump of one moment of one program the same:
// the suspects, and their order, and the spelling of types must be the same.
func TestTwoForms(t *testing.T) {
	exe := buildLeaks(t)
	heapdump, core := twoForms(t, exe)
	var one, two ask.SuspectsAnswer
	refgraphJSON(t, &one, "suspects", heapdump, "--exe", exe, "--no-cache")
	refgraphJSON(t, &two, "suspects", core, "--exe", exe, "--no-cache")
	if len(one.Suspects) < len(seeded) {
		t.Errorf("only %d suspects:\n%s", len(one.Suspects), reasons(one.Suspects))
	}
	if a, b := reasons(one.Suspects), reasons(two.Suspects); a != b {
		t.Errorf("of the heap dump:\n%sof the core:\n%s", a, b)
	}
	golden(t, "testdata/fingerprints.txt", prints(one.Suspects))

	newAsker(t, "--exe", exe).contract(compileSchemas(t), core)

	var d ask.DiffAnswer
	refgraphJSON(t, &d, "diff", heapdump, core, "--exe", exe, "--no-cache", "-n", "0")
	spelled := map[string]string{}
	for _, row := range d.Types {
		if row.OldCount > 0 && row.NewCount > 0 || strings.Contains(row.Name, " object with ") {
			continue // in both, with some more or less of the runtime's own
		}
		// What only one has must not be in the other under a like name.
		short := unqualified(row.Name)
		if other, ok := spelled[short]; ok {
			t.Errorf("one type has the names %s and %s", other, row.Name)
		}
		spelled[short] = row.Name
		t.Logf("only in one: %s, %d and %d", row.Name, row.OldCount, row.NewCount)
	}
	if len(spelled) > 5 {
		t.Errorf("%d types are only in one of the dumps: %v", len(spelled), spelled)
	}
}

// unqualified is a type's name without import paths, and without a number.
func unqualified(name string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune("[]*() ", r) }) {
		b.WriteString(part[strings.LastIndexByte(part, '/')+1:] + " ")
	}
	return strings.TrimRight(b.String(), "0123456789 ")
}

// prints are the fingerprints of suspects, a line each, in the order of the lines:
// two of nearly one size change places with what the program's start has left.
func prints(list []ask.Suspect) string {
	var lines []string
	for _, s := range list {
		lines = append(lines, s.Fingerprint+" "+s.Detector+" "+s.Type+" "+s.ElementType+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// golden compares with a file. A change of the fingerprints is a decision: people
// and tools keep them. It needs a new version in graph/suspect, and
// UPDATE_GOLDEN=1 here.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("fingerprints:\n%swant those of %s:\n%s", got, file, want)
	}
}
