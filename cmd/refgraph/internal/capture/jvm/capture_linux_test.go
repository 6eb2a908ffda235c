package jvm

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// program starts testdata/programs/java/Small.java and waits until it is ready.
func program(t *testing.T, flags ...string) *capture.Process {
	t.Helper()
	return start(t, func(dir string) *exec.Cmd {
		return exec.Command("java", append(flags, "-Xmx64m", "-cp", dir, "Small")...)
	})
}

// classes is a folder that is readable for all and not below /tmp, with Small.java
// compiled; TestMain removes it.
var classes = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("/var/tmp", "refgraph-jvm-")
	if err != nil {
		return "", err
	}
	source := filepath.Join("..", "..", "..", "..", "..", "testdata", "programs", "java", "Small.java")
	out, err := exec.Command("javac", "-d", dir, source).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("javac: %w\n%s", err, out)
	}
	return dir, errors.Join(err, os.Chmod(dir, 0o755))
})

func TestMain(m *testing.M) {
	code := m.Run()
	if _, err := exec.LookPath("javac"); err == nil {
		if dir, _ := classes(); dir != "" {
			os.RemoveAll(dir)
		}
	}
	os.Exit(code)
}

// start runs Small.java by the command that how makes, and waits until it is ready.
func start(t *testing.T, how func(dir string) *exec.Cmd) *capture.Process {
	t.Helper()
	for _, tool := range []string{"javac", "java"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed: apt-get install default-jdk-headless", tool)
			}
			t.Skipf("not tested: %s is not installed", tool)
		}
	}
	dir, err := classes()
	if err != nil {
		t.Fatal(err)
	}
	c := how(dir)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // it ends then, with status 0
		if err := c.Wait(); err != nil {
			t.Errorf("the program was harmed: %v", err)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); !strings.HasPrefix(line, "READY") {
		t.Fatalf("%q %v", line, err)
	}
	go io.Copy(io.Discard, out)
	p, err := capture.Look(c.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCapture(t *testing.T) {
	p := program(t)
	for _, opts := range []Options{{}, {Gzip: true}, {All: true}} {
		var b bytes.Buffer
		r, err := Capture(t.Context(), p, opts, &b)
		if err != nil {
			t.Fatal(err)
		}
		want := "JAVA PROFILE 1.0"
		if r.Gzip {
			want = "\x1f\x8b"
		}
		if r.Gzip != opts.Gzip || !bytes.HasPrefix(b.Bytes(), []byte(want)) || b.Len() < 100_000 {
			t.Errorf("%+v: %d bytes, %+v", opts, b.Len(), r)
		}
	}
	left, err := filepath.Glob("/tmp/.attach_pid*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestRefusals(t *testing.T) {
	for flag, why := range map[string]string{
		"-Xrs":                        "does not catch SIGQUIT",
		"-XX:+DisableAttachMechanism": "DisableAttachMechanism",
	} {
		var refusal *capture.Refusal
		if _, err := Capture(t.Context(), program(t, flag), Options{}, io.Discard); !errors.As(err, &refusal) || !strings.Contains(err.Error(), why) || refusal.Advice == "" {
			t.Errorf("%s: %v", flag, err)
		}
	}
	self, err := capture.Look(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Capture(t.Context(), self, Options{}, io.Discard); err == nil || !strings.Contains(err.Error(), "is no JVM") {
		t.Errorf("a Go program: %v", err)
	}
}
