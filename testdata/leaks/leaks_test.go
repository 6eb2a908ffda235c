// Package leaks asks refgraph for the suspects of every program of the corpus and
// compares what it says with the program's expect.json.
package leaks

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// expectation is an expect.json.
type expectation struct {
	What        string   // what leaks and how, for the README
	Healthy     bool     // there must be no suspect
	Reason      string   // a pattern of the first suspect's reason
	ElementType string   `json:"element_type"`
	Holder      string   // a pattern of the path's root and references
	Cut         []string // a pattern for each place of the cut that frees the elements
	Also        []string // a pattern for the reason of each other suspect: there must be no more
	Flags       []string // of refgraph, besides those that all need
}

// answer is what is read of `refgraph suspects --json`.
type answer struct{ Suspects []suspect }

type suspect struct {
	Detector, Reason, Hint, Fingerprint string
	ElementType                         string `json:"element_type"`
	Share                               float64
	Cut                                 struct {
		Verified bool
		Places   []struct{ Name string }
	}
	Path struct {
		Root  struct{ Name string }
		Steps []struct{ Reference struct{ Name string } }
	}
}

// holder is the first suspect's path in words.
func (a *answer) holder() string {
	p := &a.Suspects[0].Path
	words := []string{p.Root.Name}
	for _, s := range p.Steps {
		words = append(words, s.Reference.Name)
	}
	return strings.Join(words, " ")
}

func (a *answer) String() string {
	var b strings.Builder
	for i, s := range a.Suspects {
		b.WriteString("  " + s.Detector + ": " + s.Reason + "\n")
		if i == 9 {
			break
		}
	}
	return b.String()
}

// refgraph is built once; the tests of all programs use it.
var refgraph string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "refgraph-leaks-")
	if err != nil {
		panic(err)
	}
	refgraph = filepath.Join(dir, "refgraph")
	build := exec.Command("go", "build", "-o", refgraph, "./cmd/refgraph")
	build.Dir = "../.." // the module under test, not this one
	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// programs are the folders with an expect.json.
func programs(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("*/*/expect.json")
	if err != nil || len(list) == 0 {
		t.Fatal("no programs", err)
	}
	for i := range list {
		list[i] = filepath.Dir(list[i])
	}
	return list
}

func expect(t *testing.T, program string) (e expectation) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(program, "expect.json"))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return e
}

// suspects asks refgraph about the dump of a program.
func suspects(t *testing.T, d dump, flags ...string) *answer {
	t.Helper()
	var a answer
	ask(t, d, &a, append([]string{"suspects", d.file}, flags...)...)
	return &a
}

// ask runs refgraph and reads its JSON.
func ask(t *testing.T, d dump, into any, args ...string) {
	t.Helper()
	args = append(args, "--json", "-q", "--no-cache")
	if d.exe != "" {
		args = append(args, "--exe", d.exe)
	}
	var out, errs bytes.Buffer
	c := exec.Command(refgraph, args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("refgraph %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		t.Fatal(err)
	}
}

// TestCorpus finds every seeded leak first, and none in the healthy programs. Every
// detector is shown by one of them.
func TestCorpus(t *testing.T) {
	var seen told
	t.Cleanup(func() {
		if seen.programs == len(programs(t)) { // and not some of them
			seen.check(t)
		}
	})
	for _, program := range programs(t) {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			e := expect(t, program)
			d := makeDump(t, program, 1)
			a := suspects(t, d, e.Flags...)
			seen.add(a)
			if e.Healthy {
				if len(a.Suspects) > 0 {
					t.Errorf("a healthy program has suspects:\n%s", a)
				}
				return
			}
			e.check(t, a)
			e.checkCut(t, a)
		})
	}
}

func (e *expectation) check(t *testing.T, a *answer) {
	t.Helper()
	if len(a.Suspects) == 0 {
		t.Fatal("no suspects")
	}
	s := &a.Suspects[0]
	match := func(what, pattern, got string) {
		t.Helper()
		if ok, err := regexp.MatchString(pattern, got); err != nil || !ok {
			t.Errorf("%s %q does not match %q %v; suspects:\n%s", what, got, pattern, err, a)
		}
	}
	match("reason", e.Reason, s.Reason)
	match("path", e.Holder, a.holder())
	for _, pattern := range e.Also {
		re := regexp.MustCompile(pattern)
		if !slices.ContainsFunc(a.Suspects[1:], func(s suspect) bool { return re.MatchString(s.Reason) }) {
			t.Errorf("no other suspect is %q; suspects:\n%s", pattern, a)
		}
	}
	for _, other := range a.Suspects[1:] {
		if !slices.ContainsFunc(e.Also, func(pattern string) bool { return regexp.MustCompile(pattern).MatchString(other.Reason) }) {
			t.Errorf("%q is accused too; suspects:\n%s", other.Reason, a)
		}
	}
	if e.ElementType != "" && e.ElementType != s.ElementType {
		t.Errorf("elements are %q, want %q; suspects:\n%s", s.ElementType, e.ElementType, a)
	}
}

// checkCut looks at the cut that frees the first suspect's objects, which must be
// proven and have the expected places and no others.
func (e *expectation) checkCut(t *testing.T, a *answer) {
	t.Helper()
	c := &a.Suspects[0].Cut
	if e.Cut == nil {
		return
	}
	if !c.Verified || len(c.Places) != len(e.Cut) {
		t.Errorf("the cut is %+v, want %q", *c, e.Cut)
	}
	for _, pattern := range e.Cut {
		re := regexp.MustCompile(pattern)
		if !slices.ContainsFunc(c.Places, func(p struct{ Name string }) bool { return re.MatchString(p.Name) }) {
			t.Errorf("no place of the cut matches %q: %+v", pattern, c.Places)
		}
	}
}

// TestFingerprints has the same leak again: after a restart with other addresses
// and hash seeds, and ten times as large, or as many times as LEAK_TIMES says.
func TestFingerprints(t *testing.T) {
	times := 10
	if k, err := strconv.Atoi(os.Getenv("LEAK_TIMES")); err == nil {
		times = k
	}
	for _, program := range programs(t) {
		e := expect(t, program)
		if e.Healthy {
			continue
		}
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			first := suspects(t, makeDump(t, program, 1), e.Flags...)
			large := suspects(t, makeDump(t, program, times), e.Flags...)
			if len(first.Suspects) == 0 || len(large.Suspects) == 0 {
				t.Fatal("no suspects")
			}
			if a, b := first.Suspects[0], large.Suspects[0]; a.Fingerprint != b.Fingerprint {
				t.Errorf("%s (%s), and %d times as large %s (%s)", a.Fingerprint, a.Reason, times, b.Fingerprint, b.Reason)
			}
		})
	}
}
