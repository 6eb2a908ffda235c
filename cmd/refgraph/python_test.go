package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// pythonPath finds a CPython; without one the test is skipped, or fails in CI.
func pythonPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no python3; install the Debian package python3")
	}
	t.Skip("no python3 (Debian package python3)")
	return ""
}

// refgraph runs a command line in this process.
func refgraph(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = (&app{out: &out, err: &errs}).run(t.Context(), args)
	return code, out.String(), errs.String()
}

func mustRefgraph(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := refgraph(t, args...)
	if code != exitOK {
		t.Fatalf("refgraph %s: exit code %d\n%s", strings.Join(args, " "), code, errs)
	}
	return out
}

const pythonPrograms = "../../testdata/programs/python"

// service starts the sample service.
func service(t *testing.T, cache string) (pid int, url string) {
	t.Helper()
	cmd := exec.Command(pythonPath(t), "-S", "-m", "app.server")
	cmd.Dir = pythonPrograms
	cmd.Env = append(os.Environ(), "APP_CACHE="+cache, "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the service did not start: %v", err)
	}
	return cmd.Process.Pid, "http://127.0.0.1:" + strings.TrimSpace(line)
}

// drive makes requests, one visit each.
func drive(t *testing.T, url string, from, to int) {
	t.Helper()
	client := &http.Client{Timeout: 20 * time.Second}
	for i := from; i < to; i++ {
		r, err := client.Get(fmt.Sprintf("%s/token-%d", url, i))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
	}
}

func captureInto(t *testing.T, pid int, file string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("capturing a live process is tested on Linux")
	}
	mustRefgraph(t, "capture", "python", "--pid", strconv.Itoa(pid), "-o", file)
}

// TestPythonHunt is the story from a growing service to the verified fix.
func TestPythonHunt(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	dumps := map[string]string{}
	for _, cache := range []string{"strong", "weak"} {
		pid, url := service(t, cache)
		drive(t, url, 0, 1500)
		dumps[cache+" before"] = filepath.Join(dir, cache+"-1.pydump.gz")
		captureInto(t, pid, dumps[cache+" before"])
		drive(t, url, 1500, 4500)
		dumps[cache+" after"] = filepath.Join(dir, cache+"-2.pydump.gz")
		captureInto(t, pid, dumps[cache+" after"])
		drive(t, url, 4500, 4510) // it still answers
	}

	var found struct {
		Suspects []struct{ Reason, Hint string }
	}
	if err := json.Unmarshal([]byte(mustRefgraph(t, "suspects", "--json", dumps["strong after"])), &found); err != nil {
		t.Fatal(err)
	}
	if len(found.Suspects) == 0 || !strings.Contains(found.Suspects[0].Reason, ".SESSIONS of module app.cache") || !strings.Contains(found.Suspects[0].Hint, "WeakValueDictionary") {
		t.Errorf("the first suspect is not the cache: %+v", found.Suspects)
	}

	text := mustRefgraph(t, "paths", dumps["strong after"], "--type", "User")
	for _, want := range []string{"module app.cache", `.SESSIONS`, `["…"]`, ".user"} {
		if !strings.Contains(text, want) {
			t.Errorf("paths do not name %s:\n%s", want, text)
		}
	}
	if strings.Contains(text, "token-") {
		t.Errorf("a key is shown:\n%s", text)
	}
	picture := filepath.Join(dir, "backrefs.png")
	mustRefgraph(t, "paths", dumps["strong after"], "--type", "Session", "-o", picture)
	if f, err := os.Open(picture); err != nil {
		t.Error(err)
	} else if img, err := png.Decode(f); err != nil || img.Bounds().Dx() < 200 {
		t.Errorf("no picture: %v", err)
	}

	const condition = "type=app.models.Session,grows>100"
	if code, _, errs := refgraph(t, "diff", dumps["strong before"], dumps["strong after"], "--fail-on", condition); code != exitFailOn {
		t.Errorf("the leak: exit code %d, want %d\n%s", code, exitFailOn, errs)
	}
	if code, _, errs := refgraph(t, "diff", dumps["weak before"], dumps["weak after"], "--fail-on", condition); code != exitOK {
		t.Errorf("the fix: exit code %d, want 0\n%s", code, errs)
	}
}

// TestPythonDetectors checks that each leak of leaks.py is found first, with the
// usual fix.
func TestPythonDetectors(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	python := pythonPath(t)
	for _, c := range []struct{ way, detector, reason, hint string }{
		{"cache", "collection", ".CACHE of module __main__", "WeakValueDictionary"},
		{"listeners", "listeners", ".REGISTRY of module __main__", "WeakMethod"},
		{"closures", "listeners", ".REGISTRY of module __main__", "closure"},
		{"lru", "lru-cache", "the lru_cache of __main__.compute has no bound and holds 3,000 results", "lru_cache(maxsize=…)"},
		{"traceback", "traceback", "exceptions that are kept hold 6,000 tracebacks", "__traceback__"},
		{"coroutine", "coroutine", "3,000 coroutines were never awaited", "close()"},
		{"local", "thread-local", "for 4 threads", "delete the attribute"},
		{"del", "del-cycle", "3,000 __main__.Connection with a __del__ are in reference cycles", "weakref.finalize"},
	} {
		t.Run(c.way, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "heap.pydump.gz")
			cmd := exec.Command(python, "-S", filepath.Join(pythonPrograms, "leaks.py"), "../../graph/dump/python/refgraph_dump.py", file, c.way)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var found struct {
				Suspects []struct{ Detector, Reason, Hint string }
			}
			if err := json.Unmarshal([]byte(mustRefgraph(t, "suspects", "--json", file)), &found); err != nil {
				t.Fatal(err)
			}
			if len(found.Suspects) == 0 {
				t.Fatal("no suspects")
			}
			if s := found.Suspects[0]; s.Detector != c.detector || !strings.Contains(s.Reason, c.reason) || !strings.Contains(s.Hint, c.hint) {
				t.Errorf("first is %+v", found.Suspects)
			}
		})
	}
}

// TestCaptureErrors checks that capture says clearly why it cannot.
func TestCaptureErrors(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-o", "x.pydump"}, exitUsage, "which process?"},
		{[]string{"--pid", "1"}, exitUsage, "which file?"},
		{[]string{"--pid", "99999999", "-o", filepath.Join(t.TempDir(), "x.pydump")}, exitFailed, "no process 99999999"},
		{[]string{"--pid", strconv.Itoa(os.Getpid()), "-o", filepath.Join(t.TempDir(), "x.pydump")}, exitFailed, "is not CPython"},
	} {
		code, _, errs := refgraph(t, append([]string{"capture", "python"}, c.args...)...)
		if runtime.GOOS != "linux" && strings.Contains(c.want, "CPython") {
			continue
		}
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit code %d, want %d: %s", c.args, code, c.code, errs)
		}
	}
	if out := mustRefgraph(t, "capture", "python", "--print-dumper"); !strings.Contains(out, "def dump(path") {
		t.Error("--print-dumper prints something else")
	}
}

// TestCaptureUnwritable checks that a folder that cannot be written is found out
// before the process is disturbed, and that nothing is left behind.
func TestCaptureUnwritable(t *testing.T) {
	pid, url := service(t, "weak")
	file := filepath.Join(t.TempDir(), "missing", "heap.pydump.gz")
	code, _, errs := refgraph(t, "capture", "python", "--pid", strconv.Itoa(pid), "-o", file)
	if code != exitFailed || !strings.Contains(errs, "hint: choose a folder") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	drive(t, url, 0, 5)
}

// TestRefcounts checks --refcounts.
func TestRefcounts(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	const small = "../../testdata/python/small.pydump.gz"
	for range 2 { // read, and from the cache
		text := mustRefgraph(t, "paths", small, "--type", "__main__.Session", "--refcounts")
		if !strings.Contains(text, "len 200 · refcount 1") {
			t.Errorf("the cache's refcount is not shown:\n%s", text)
		}
	}
	if text := mustRefgraph(t, "paths", small, "--type", "__main__.Session"); strings.Contains(text, "refcount") {
		t.Errorf("refcounts without being asked:\n%s", text)
	}
}
