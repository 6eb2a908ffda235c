package capture

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// sleeper starts a process that waits, and does not catch any signal.
func sleeper(t *testing.T) int {
	t.Helper()
	c := exec.Command("sleep", "60")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c.Process.Pid
}

func look(t *testing.T, pid int) *Process {
	t.Helper()
	p, err := Look(pid)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSignal checks that no signal is sent that would end the process.
func TestSignal(t *testing.T) {
	p := look(t, sleeper(t))
	var refusal *Refusal
	if err := p.Signal(syscall.SIGQUIT); !errors.As(err, &refusal) || !strings.Contains(err.Error(), "no handler for SIGQUIT") {
		t.Errorf("SIGQUIT to sleep: %v", err)
	}
	if !p.Alive() {
		t.Error("the process ended")
	}
	if us := look(t, os.Getpid()); !us.Catches(syscall.SIGURG) { // the Go runtime's
		t.Errorf("signals caught: %x", us.Caught)
	} else if err := us.Signal(syscall.SIGURG); err != nil {
		t.Error(err)
	}
}

// TestReady checks what is said of processes that cannot answer.
func TestReady(t *testing.T) {
	pid := sleeper(t)
	if err := look(t, pid).Ready(); err != nil {
		t.Error(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); look(t, pid).State != 'T' && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if err := look(t, pid).Ready(); err == nil || !strings.Contains(err.Error(), "the process is stopped (SIGSTOP)") {
		t.Errorf("a stopped process: %v", err)
	}
	if _, err := Look(1 << 30); err == nil || !strings.Contains(err.Error(), "no process") {
		t.Errorf("no process: %v", err)
	}
}

// TestStage checks what the process's user can put in the way.
func TestStage(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(base, "secret")
	if err := os.WriteFile(secret, []byte("root only"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := look(t, sleeper(t))
	killed, err := NewStage(p, base)
	if err != nil {
		t.Fatal(err)
	}
	killed.dir.Close() // as if refgraph had been killed
	s, err := NewStage(p, base)
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(base + "/" + stagePrefix + "*"); len(left) != 1 {
		t.Errorf("the stage of a killed run is still there: %q", left)
	}
	for _, err := range []error{s.Put("start", []byte("x")), s.Give(),
		os.Symlink(secret, filepath.Join(s.Path, "link")),
		os.Link(secret, filepath.Join(s.Path, "hard")),
		unix.Mkfifo(filepath.Join(s.Path, "fifo"), 0o600),
		os.WriteFile(filepath.Join(s.Path, "large"), make([]byte, 100), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"link", "hard", "fifo", "large", "missing"} {
		if f, err := s.Open(name, 99); err == nil {
			f.Close()
			t.Errorf("%s was opened", name)
		}
	}
	if f, err := s.Open("start", 99); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(secret); err != nil || string(b) != "root only" {
		t.Errorf("the file behind the links: %q, %v", b, err)
	}
	if err := os.Symlink(base, filepath.Join(base, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if _, err := NewStage(p, filepath.Join(base, "elsewhere")); err == nil {
		t.Error("a stage was made behind a link")
	}
}
