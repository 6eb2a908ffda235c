package node

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// start runs a program of Node and waits for its first line.
func start(t *testing.T, args ...string) (*capture.Process, *bytes.Buffer) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no node: install the package nodejs")
		}
		t.Skip("no node: live captures are not tested")
	}
	return run(t, node, args...)
}

func run(t *testing.T, name string, args ...string) (*capture.Process, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	p, err := capture.Look(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return p, &stderr
}

const program = `class Leak {}; globalThis.kept = Array.from({length: 500}, () => new Leak()); setInterval(() => {}, 1000); console.log('up')`

// TestCapture takes a snapshot of a live process, whose inspector is closed again.
func TestCapture(t *testing.T) {
	p, _ := start(t, "-e", program)
	for range 2 { // it can be done again
		var b bytes.Buffer
		res, err := Capture(t.Context(), p, Options{Timeout: time.Minute}, &b)
		if err != nil {
			t.Fatal(err)
		}
		if res.Method != "SIGUSR1" || res.Warning != "" || res.Bytes != int64(b.Len()) {
			t.Errorf("%+v, %d bytes", res, b.Len())
		}
		if !bytes.HasPrefix(b.Bytes(), []byte(`{"snapshot":`)) || !bytes.Contains(b.Bytes(), []byte(`"Leak"`)) {
			t.Error("not a snapshot of the program")
		}
		if at, err := listening(t.Context(), p); at != "" || err != nil {
			t.Errorf("an inspector is open at %q: %v", at, err)
		}
		if !p.Alive() {
			t.Fatal("the process ended")
		}
	}
}

// TestOpenBefore leaves an inspector open that was so before.
func TestOpenBefore(t *testing.T) {
	p, _ := start(t, "--inspect=127.0.0.1:0", "-e", program)
	var b bytes.Buffer
	res, err := Capture(t.Context(), p, Options{}, &b)
	if err != nil {
		t.Fatal(err)
	}
	at, err := listening(t.Context(), p)
	if res.Method == "SIGUSR1" || at == "" || err != nil {
		t.Errorf("%+v, inspector at %q: %v", res, at, err)
	}
	b.Reset()
	if _, err := CaptureAddress(t.Context(), at, Options{}, &b); err != nil || b.Len() == 0 {
		t.Errorf("by its address: %v", err)
	}
}

// TestRefused checks that nothing is sent to what is not Node or would die of it.
func TestRefused(t *testing.T) {
	shell, _ := run(t, "/bin/sh", "-c", "echo up; exec sleep 60")
	dead, _ := start(t, "-e", `process.on('SIGUSR1', () => {}); process.removeAllListeners('SIGUSR1'); setInterval(() => {}, 1000); console.log('up')`)
	handled, _ := start(t, "-e", `process.on('SIGUSR1', () => {}); setInterval(() => {}, 1000); console.log('up')`)
	for name, c := range map[string]struct {
		p    *capture.Process
		want string
	}{
		"not node":     {shell, "is not Node"},
		"not caught":   {dead, "did not open its inspector|does not catch SIGUSR1|has no handler"},
		"own handler":  {handled, "did not open its inspector"},
		"not the same": {&capture.Process{PID: handled.PID, Name: "x", Caught: 1 << 9}, "ended|is not"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			_, err := Capture(t.Context(), c.p, Options{Opening: time.Second}, &b)
			var refusal *capture.Refusal
			if !errors.As(err, &refusal) {
				t.Fatalf("%T %v", err, err)
			}
			found := false
			for _, w := range strings.Split(c.want, "|") {
				found = found || strings.Contains(err.Error(), w)
			}
			if !found {
				t.Errorf("%v; want %s", err, c.want)
			}
			if b.Len() > 0 {
				t.Errorf("%d bytes were written", b.Len())
			}
		})
	}
	for _, p := range []*capture.Process{shell, handled} {
		if !p.Alive() {
			t.Errorf("process %d (%s) ended", p.PID, p.Name)
		}
	}
}

// TestCancelled closes the inspector when the user gives up.
func TestCancelled(t *testing.T) {
	p, _ := start(t, "-e", program)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Capture(ctx, p, Options{}, writer(func(b []byte) (int, error) { cancel(); return len(b), nil }))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if !p.Alive() {
		t.Fatal("the process ended")
	}
}

type writer func(b []byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
