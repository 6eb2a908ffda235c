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
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	exe, dump := filepath.Join(dir, "gosecret"), filepath.Join(dir, "secret.heapdump")
	for _, c := range [][]string{{"go", "build", "-o", exe, "../../testdata/programs/gosecret"}, {exe, dump}} {
		if out, err := exec.Command(c[0], c[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", c, err, out)
		}
	}
	object := func(typ string) string {
		out := output(t, "paths", dump, "--exe", exe, "--type", typ, "--json")
		addrs := regexp.MustCompile(`"object": "(0x[0-9a-f]+)"`).FindAllStringSubmatch(out, -1)
		if len(addrs) == 0 {
			t.Fatalf("no %s in\n%s", typ, out)
		}
		return addrs[len(addrs)-1][1]
	}
	vault, text := object("main.vault"), object("string")
	seen := 0
	check := func(args ...string) {
		seen++
		args = append(args, "--exe", exe, "-q")
		if found := secretOf.FindString(output(t, args...)); found != "" {
			t.Errorf("refgraph %s shows %s", strings.Join(args, " "), found)
		}
	}
	for _, json := range [][]string{nil, {"--json"}} {
		for _, args := range [][]string{
			{"info", dump}, {"top", dump, "-n", "0"}, {"top", dump, "--by", "retained"}, {"suspects", dump},
			{"paths", dump, "--type", "main.vault"}, {"paths", dump, "--type", "string", "--raw"}, {"paths", dump, "--object", text},
			{"object", dump, vault}, {"object", dump, text}, {"dominators", dump}, {"dominators", dump, "--by-type"}, {"cycles", dump},
			{"backrefs", dump, "--object", text, "--depth", "4"}, {"refs", dump, "--object", vault, "--depth", "4"}, {"diff", dump, dump},
		} {
			check(append(args, json...)...)
		}
	}
	for _, ext := range []string{"svg", "png", "dot", "mmd", "md", "html", "json", "txt"} {
		for _, args := range [][]string{{"paths", dump, "--type", "string"}, {"refs", dump, "--object", vault, "--depth", "3"}, {"suspects", dump}} {
			file := filepath.Join(dir, "picture."+ext)
			check(append(args, "-o", file)...)
			grepFile(t, file, strings.Join(args, " "))
		}
	}
	page := filepath.Join(dir, "report.html")
	check("report", dump, "-o", page, "--type", "main.vault")
	grepFile(t, page, "report")
	kept, _ := filepath.Glob(filepath.Join(dir, "cache", "refgraph", "index", "*"))
	for _, file := range kept {
		grepFile(t, file, "the cache")
	}
	// The test can fail: with --values they are there.
	if out := output(t, "object", dump, vault, "--exe", exe, "--values"); !secretOf.MatchString(out) {
		t.Errorf("refgraph object --values shows no value:\n%s", out)
	}
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
func grepFile(t *testing.T, file, what string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if found := secretOf.Find(data); found != nil {
		t.Errorf("%s of %s shows %s", filepath.Base(file), what, found)
	}
}
