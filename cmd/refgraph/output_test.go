package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/refgraph/refgraph/testdata/goheap"
)

// fullDisk is standard output on a disk that is full after n bytes.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), d.left)
	if d.left -= n; n < len(p) {
		return n, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	}
	return n, nil
}

// leak is the small dump of refgraph demo.
func leak(t *testing.T) (dump, exe string) {
	t.Helper()
	dump, exe, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dump, exe
}

// A full disk behind standard output is a failure of every command that prints.
func TestFullDisk(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dump, exe := leak(t)
	t.Chdir(t.TempDir()) // demo writes where it is
	session := regexp.MustCompile(`"object": "(0x[0-9a-f]+)"`).FindStringSubmatch(output(t, "paths", dump, "--exe", exe, "--type", "main.Session", "--json"))[1]
	missing := map[string]bool{}
	for _, c := range newRoot(&app{}).Commands() {
		missing[c.Name()] = c.Name() != "capture" // which needs a process
	}
	for _, command := range []string{
		"info D", "top D", "top D --by retained", "suspects D", "paths D --type main.Session", "dominators D", "cycles D", "backrefs D --type main.Session",
		"refs D --type main.Session", "diff D D", "formats", "version", "cache", "--help", "paths --help", "completion bash",
		"object D " + session, "sites D", "report D -o page.html", "version --licenses", "demo", "ticket https://gitlab.com/a/b/-/issues/1 D --type main.Session --dry-run .",
	} {
		for _, flag := range []string{"", " --json"} {
			args := strings.Fields(command + flag)
			delete(missing, args[0])
			for i := range args {
				if args[i] == "D" {
					args[i] = dump
				}
			}
			if slices.Contains(args, dump) && args[0] != "sites" {
				args = append(args, "--exe", exe)
			}
			var whole, errs bytes.Buffer
			if code := (&app{out: &whole, err: &errs}).run(t.Context(), args); code != exitOK {
				t.Fatalf("refgraph %s: exit %d: %s", strings.Join(args, " "), code, errs.String())
			}
			if whole.Len() == 0 {
				continue // all it says is on standard error, or in a file
			}
			for _, left := range []int{0, whole.Len() - 1} {
				errs.Reset()
				code := (&app{out: &fullDisk{left}, err: &errs}).run(t.Context(), args)
				if code != exitFailed || !strings.Contains(errs.String(), "cannot write standard output: no space left on device") {
					t.Errorf("refgraph %s with room for %d of %d bytes: exit %d: %s", command+flag, left, whole.Len(), code, errs.String())
				}
			}
		}
	}
	for name, is := range missing {
		if is {
			t.Errorf("refgraph %s is not tried", name)
		}
	}
}

func TestOutputFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no umask")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dump, exe := leak(t)
	for _, umask := range []int{0o022, 0o077, 0o002} {
		old := syscall.Umask(umask)
		for _, values := range []bool{false, true} {
			want := fs.FileMode(0o666 &^ umask)
			flags := []string{"--exe", exe, "-q"}
			if values {
				want, flags = 0o600, append(flags, "--values")
			}
			for name, command := range map[string]string{"p.dot": "paths D --type main.Session", "p.json": "paths D --type main.Session"} {
				out := filepath.Join(t.TempDir(), name)
				args := append(strings.Fields(strings.ReplaceAll(command, "D", dump)), append(flags, "-o", out)...)
				var errs bytes.Buffer
				if code := (&app{out: &errs, err: &errs}).run(t.Context(), args); code != exitOK {
					t.Fatalf("%s: exit %d: %s", name, code, errs.String())
				}
				st, err := os.Stat(out)
				if err != nil || st.Mode().Perm() != want {
					t.Errorf("umask %03o, values %v: %s is %v, want %v (%v)", umask, values, name, st.Mode().Perm(), want, err)
				}
			}
		}
		syscall.Umask(old)
	}
}

// What cannot be written is named as the user wrote it, before the dump is read:
// there is none here.
func TestOutputIsCheckedFirst(t *testing.T) {
	dir := t.TempDir()
	for _, out := range []string{filepath.Join(dir, "none", "x.svg"), filepath.Join(dir, strings.Repeat("x", 300)+".svg"), filepath.Join(dir, "folder.svg")} {
		if err := os.MkdirAll(filepath.Join(dir, "folder.svg"), 0o700); err != nil {
			t.Fatal(err)
		}
		page := strings.TrimSuffix(out, "svg") + "html"
		if err := os.MkdirAll(filepath.Join(dir, "folder.html"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{{"paths", "no.dump", "--type", "x"}, {"dominators", "no.dump"}, {"report", "no.dump"}, {"backrefs", "no.dump", "--type", "x"}} {
			var errs bytes.Buffer
			out := out
			if command[0] == "report" {
				out = page
			}
			code := (&app{out: &errs, err: &errs}).run(t.Context(), append(command, "-o", out))
			if code != exitFailed || !strings.Contains(errs.String(), "refgraph: cannot write "+out+": ") || strings.Contains(errs.String(), ".refgraph-") {
				t.Errorf("%s -o %s: exit %d: %s", command[0], out, code, errs.String())
			}
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("%d files are left", len(left))
	}
}

// Whatever is in names, nothing that a terminal acts on is in JSON or in errors.
func TestNothingForTerminals(t *testing.T) {
	evil := "a\x1b]0;title\x07b\u202ec\u200bd\u009be\x7ff\ng\th\\u001b\u2028\U000e0041é漢👩\u200d💻\xff"
	var out bytes.Buffer
	a := &app{}
	if err := a.writeJSON(&out, map[string]string{"name": evil}); err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatalf("%v: %q", err, out.String())
	}
	for _, r := range back["name"] {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Cf, r) && r != '\u200d' {
			t.Errorf("%q is in %q", r, back["name"])
		}
	}
	if !strings.Contains(back["name"], `\u001b`) || !strings.Contains(back["name"], "é漢👩\u200d💻") {
		t.Errorf("what is harmless is gone: %q", back["name"])
	}
	var errs bytes.Buffer
	(&app{out: &out, err: &errs}).run(t.Context(), []string{"top", filepath.Join(t.TempDir(), evil)})
	(&app{out: &out, err: &errs}).run(t.Context(), []string{"paths", "x", "-o", evil})
	(&app{out: &out, err: &errs}).run(t.Context(), []string{evil})
	(&app{out: &out, err: &errs}).run(t.Context(), []string{"top", "--redact-types", evil + "("})
	var asJSON bytes.Buffer
	(&app{out: &out, err: &asJSON}).run(t.Context(), []string{"top", filepath.Join(t.TempDir(), evil), "--json"})
	var e errorJSON
	if err := json.Unmarshal(asJSON.Bytes(), &e); err != nil || strings.ContainsAny(e.Error, "\x1b\n\u202e") {
		t.Errorf("%v: %q", err, e.Error)
	}
	if s := errs.String(); strings.ContainsAny(s, "\x1b\x07\x7f\u202e\u200b\u009b\u2028\U000e0041") || strings.Count(s, "refgraph: ") != 4 {
		t.Errorf("%q", s)
	}
}

func FuzzCleanJSON(f *testing.F) {
	f.Add("a\x1b[31m\\ \u202e")
	f.Fuzz(func(t *testing.T, s string) {
		text, err := json.Marshal([]string{s})
		if err != nil {
			t.Skip(err)
		}
		var back []string
		if err := json.Unmarshal(cleanJSON(text), &back); err != nil || len(back) != 1 {
			t.Fatalf("%q: %v", s, err)
		}
		for _, r := range back[0] {
			if !visible(r) {
				t.Errorf("%q is left in %q", r, back[0])
			}
		}
	})
}

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "500M": 500 << 20, "1.5g": 3 << 29, "20GiB": 20 << 30, "4KB": 4096, "": 0, "x": 0, "-1": 0, "1e30": 0, "G": 0, "9999999T": 0} {
		var s byteSize
		err := s.Set(text)
		if int64(s) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d %v", text, s, err)
		}
	}
	var full error = &fs.PathError{Op: "write", Path: "/a/.b", Err: syscall.ENOSPC}
	if got := outputError("x.svg", full); got.Error() != "cannot write x.svg: no space left on device" || !errors.Is(got, syscall.ENOSPC) {
		t.Error(got)
	}
}
