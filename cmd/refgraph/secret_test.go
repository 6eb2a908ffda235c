package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretOf matches what testdata/programs/gosecret plants, and a part of it.
var secretOf = regexp.MustCompile(`(?i)s3cr3t|313373133731337|271828|4141441414|4242442424`)

// TestNoOutputShowsAValue runs every command in every format on a heap that has
// a secret in every kind of value, and looks for it in all they write.
func TestNoOutputShowsAValue(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	s := newSecrets(t)
	s.runAll(t, secretOf)
	kept, _ := filepath.Glob(filepath.Join(cache, "refgraph", "index", "*"))
	for _, file := range kept {
		grepFile(t, secretOf, file, "the cache")
	}
	// The test can fail: with --values they are there.
	if out := output(t, "object", s.dump, s.vault, "--exe", s.exe, "--values"); !secretOf.MatchString(out) {
		t.Errorf("refgraph object --values shows no value:\n%s", out)
	}
}

// TestRedact looks for names that --redact-types hides in all that all commands
// write.
func TestRedact(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	s := newSecrets(t)
	names := regexp.MustCompile(`(?i)vault`)
	if out := output(t, "top", s.dump, "--exe", s.exe, "-n", "0"); !names.MatchString(out) {
		t.Fatalf("the test cannot fail: no such names in\n%s", out)
	}
	s.runAll(t, names, "--redact-types", names.String())
}

// secrets is a heap of secrets.
type secrets struct{ exe, dump, vault, text string }

func newSecrets(t *testing.T) *secrets {
	dir := t.TempDir()
	exe, dump := built(t, "gosecret"), filepath.Join(dir, "secret.heapdump")
	if out, err := exec.Command(exe, dump).CombinedOutput(); err != nil {
		t.Fatalf("gosecret: %v\n%s", err, out)
	}
	object := func(typ string) string {
		out := output(t, "paths", dump, "--exe", exe, "--type", typ, "--json")
		addrs := regexp.MustCompile(`"object": "(0x[0-9a-f]+)"`).FindAllStringSubmatch(out, -1)
		if len(addrs) == 0 {
			t.Fatalf("no %s in\n%s", typ, out)
		}
		return addrs[len(addrs)-1][1]
	}
	return &secrets{exe, dump, object("main.vault"), object("string")}
}

// runAll runs every command in every format, with flags, and looks for what must
// not be in what they write.
func (s *secrets) runAll(t *testing.T, secret *regexp.Regexp, flags ...string) {
	exe, dump, vault, text, dir := s.exe, s.dump, s.vault, s.text, t.TempDir()
	seen := 0
	check := func(args ...string) {
		seen++
		args = append(append(args, "--exe", exe, "-q"), flags...)
		if found := secret.FindString(output(t, args...)); found != "" {
			t.Errorf("refgraph %s shows %s", strings.Join(args, " "), found)
		}
	}
	for _, json := range [][]string{nil, {"--json"}} {
		for _, args := range [][]string{
			{"info", dump}, {"top", dump, "-n", "0"}, {"top", dump, "--by", "retained"}, {"suspects", dump},
			{"paths", dump, "--type", "main.vault"}, {"paths", dump, "--type", "string", "--raw"}, {"paths", dump, "--object", text},
			{"object", dump, vault}, {"object", dump, text}, {"dominators", dump}, {"dominators", dump, "--objects"}, {"cycles", dump},
			{"backrefs", dump, "--object", text, "--depth", "4"}, {"refs", dump, "--object", vault, "--depth", "4"}, {"diff", dump, dump},
		} {
			check(append(args, json...)...)
		}
	}
	for _, ext := range []string{"svg", "png", "dot", "mmd", "md", "html", "json", "txt"} {
		for _, args := range [][]string{{"paths", dump, "--type", "string"}, {"refs", dump, "--object", vault, "--depth", "3"}, {"suspects", dump}} {
			file := filepath.Join(dir, "picture."+ext)
			check(append(args, "-o", file)...)
			grepFile(t, secret, file, strings.Join(args, " "))
		}
	}
	page := filepath.Join(dir, "report.html")
	check("report", dump, "-o", page, "--type", "main.vault")
	grepFile(t, secret, page, "report")
	for _, url := range []string{"https://github.com/a/b/issues/1", "https://acme.atlassian.net/browse/OPS-7", "https://gitlab.com/a/b/-/issues/1"} {
		ticket := filepath.Join(dir, "ticket")
		check("ticket", url, dump, "--type", "main.vault", "--dry-run", ticket)
		files, err := filepath.Glob(filepath.Join(ticket, "*"))
		if err != nil || len(files) == 0 {
			t.Fatal("no files", err)
		}
		for _, file := range files {
			grepFile(t, secret, file, "ticket "+url)
		}
	}
	check("ticket", "https://gitlab.com/a/b/-/issues/1", dump, "--report", "--dry-run", dir)
	t.Logf("%d command lines", seen)
}

// output runs a command line and returns all it prints.
func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, err bytes.Buffer
	if code := (&app{out: &out, err: &err}).run(t.Context(), args); code != exitOK {
		t.Fatalf("refgraph %s: exit %d\n%s", strings.Join(args, " "), code, err.String())
	}
	return out.String() + err.String()
}

// grepFile looks into a file.
func grepFile(t *testing.T, secret *regexp.Regexp, file, what string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if found := secret.Find(data); found != nil {
		t.Errorf("%s of %s shows %s", filepath.Base(file), what, found)
	}
}
