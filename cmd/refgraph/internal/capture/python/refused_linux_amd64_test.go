package python

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// refusedWith checks that a process is refused with a sentence, and lives.
func refusedWith(t *testing.T, pid int, want string) {
	t.Helper()
	p, err := capture.Look(pid)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Capture(context.Background(), p, Options{Timeout: 10 * time.Second}, io.Discard)
	var refusal *capture.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(err.Error(), want) || refusal.Hint() == "" {
		t.Errorf("refused with %q (%+v), want %q", err, refusal, want)
	}
	if !p.Alive() {
		t.Error("the process ended")
	}
}

// waiting starts a command and waits until it reads what it will never get.
func waiting(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if call, err := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", cmd.Process.Pid)); err == nil && strings.HasPrefix(string(call), "0 0x0 ") {
			return cmd.Process.Pid
		}
	}
	t.Fatal("the program does not wait for its input")
	return 0
}

func TestStoppedAndTraced(t *testing.T) {
	s := begin(t, somePython(t), "idle")
	if err := syscall.Kill(s.pid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	refusedWith(t, s.pid(), "the process is stopped (SIGSTOP)")
	if err := syscall.Kill(s.pid(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	s.alive()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	th, err := seize(s.pid())
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, s.pid(), fmt.Sprintf("is traced by process %d", os.Getpid()))
	if _, err := th.stop(); err != nil {
		t.Fatal(err)
	}
	if err := th.release(nil); err != nil {
		t.Fatal(err)
	}
	s.alive()
}

// TestPyPy checks that a PyPy is refused, before anything of it is touched, and by
// the dumper itself when a program imports it.
func TestPyPy(t *testing.T) {
	exe, err := exec.LookPath("pypy3")
	if err != nil {
		missing(t, "no pypy3", "pypy3")
	}
	refusedWith(t, waiting(t, exec.Command(exe, "-c", "import sys; sys.stdin.read()")), "runs on PyPy")
	dumper, err := filepath.Abs("../../../../../graph/dump/python")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(exe, "-B", "-c", "import sys; sys.path.insert(0, sys.argv[1]); import refgraph_dump", dumper).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "only the heap of CPython 3.8 and later can be dumped, this is pypy") {
		t.Errorf("import refgraph_dump: %v\n%s", err, out)
	}
}

// TestGraalPy has another program stand in for it: its name is what tells it.
func TestGraalPy(t *testing.T) {
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(cat)
	if err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(t.TempDir(), "graalpy")
	if err := os.WriteFile(exe, code, 0o700); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, waiting(t, exec.Command(exe)), "runs on GraalPy")
}

// TestOldPythons checks that Pythons older than 3.8 are refused: those of this
// machine, and programs that export what such a Python exports.
func TestOldPythons(t *testing.T) {
	home, _ := os.UserHomeDir()
	for _, v := range []string{"2.7", "3.6", "3.7"} {
		for _, exe := range glob(filepath.Join(home, ".pyenv/versions", v+".*/bin/python")) {
			want := "older than 3.8"
			if v == "2.7" {
				want = "Python 2"
			}
			refusedWith(t, waiting(t, exec.Command(exe, "-c", "import sys; sys.stdin.read()")), want)
		}
	}
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		missing(t, "no C compiler", "gcc")
	}
	for symbol, want := range map[string]string{
		"int PyString_FromString":               "Python 2",
		"int PyFloat_FromDouble":                "older than 3.8",
		"unsigned long Py_Version = 0x040100f0": "unknown Python 4.1",
		"int Py_NewRef":                         "has no function",
	} {
		dir := t.TempDir()
		exe := filepath.Join(dir, "python2.7")
		source := "#include <unistd.h>\nint Py_AddPendingCall(void *f, void *a) { _exit(9); }\n" + symbol + ";\nint main(void) { char c; return read(0, &c, 1); }\n"
		if err := os.WriteFile(filepath.Join(dir, "stub.c"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(gcc, "-rdynamic", "-o", exe, filepath.Join(dir, "stub.c")).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		refusedWith(t, waiting(t, exec.Command(exe)), want)
	}
}

func glob(pattern string) []string {
	list, _ := filepath.Glob(pattern)
	return list
}

// TestNothingExecuted checks that a binary with python in its name is not started.
func TestNothingExecuted(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		missing(t, "no C compiler", "gcc")
	}
	dir := t.TempDir()
	exe, ran := filepath.Join(dir, "python3"), filepath.Join(dir, "ran")
	source := fmt.Sprintf("#include <unistd.h>\n#include <fcntl.h>\nint main(int n, char **a) { char c; if (n > 1) return open(%q, O_CREAT, 0600); return read(0, &c, 1); }\n", ran)
	if err := os.WriteFile(filepath.Join(dir, "x.c"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-o", exe, filepath.Join(dir, "x.c")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	refusedWith(t, waiting(t, exec.Command(exe)), "is not CPython")
	if _, err := os.Stat(ran); err == nil {
		t.Error("the process's binary was executed")
	}
}
